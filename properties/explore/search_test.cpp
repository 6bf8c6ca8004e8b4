#include "properties/explore/search.hpp"

#include "properties/explore/toy_subject_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties::explore {
namespace {

using namespace protocol::literals;

Input message(Node to, std::uint8_t what) {
    return {.to = to, .kind = InputKind::message, .is_urgent = false, .content = {what}};
}

SearchOptions plain(const Budget& budget = {}) {
    SearchOptions options;
    options.rules.budget = budget;
    options.reduces_order = false;
    options.uses_symmetries = false;
    return options;
}

// Machines 1 and 2 each take three messages, in whatever order they come.
Subject counters() {
    Subject subject = toy_subject({Toy{.values = {0}}, Toy{.values = {0}}, Toy{.values = {0}}},
                                  [](Node, ToyTurn& turn, Happening, std::uint8_t what) {
                                      turn.value(0) = turn.value(0) * 10 + what;
                                  });
    for (const Node node : {1U, 2U}) {
        for (std::uint8_t what = 1; what <= 3; ++what) {
            subject.inputs.push_back(message(node, what));
        }
    }
    return subject;
}

TEST(Search, VisitsEveryInterleavingOnce) {
    const SearchReport report = search(counters(), plain());
    EXPECT_EQ(report.verdict, SearchVerdict::holds);
    // Of three messages 1 + 3 + 6 + 6 ordered selections, for each of the two machines.
    EXPECT_EQ(report.states, 16U * 16U);
    EXPECT_EQ(report.last_states, 6U * 6U);
    EXPECT_EQ(report.depth, 6U);
    EXPECT_EQ(report.local_states, 1U + 16U + 16U);
}

TEST(Search, ALossAndADuplicateAreTriedOnEveryMessage) {
    Subject subject =
        toy_subject({Toy{.values = {0}}, Toy{.values = {0}}},
                    [](Node, ToyTurn& turn, Happening, std::uint8_t) { ++turn.value(0); });
    subject.inputs = {message(1, 1)};
    EXPECT_EQ(search(subject, plain()).states, 2U);
    // Waiting, come, lost.
    EXPECT_EQ(search(subject, plain({.losses = 1})).states, 3U);
    // Waiting; come and coming again; come, with and without the duplicate to spare; come twice.
    EXPECT_EQ(search(subject, plain({.duplicates = 1})).states, 4U);
}

// Repeats its question every second until it is answered; who is asked answers.
Subject asker() {
    return toy_subject({Toy{.values = {0}}, Toy{.values = {0}, .deadline = Instant{}}},
                       [](Node node, ToyTurn& turn, Happening happening, std::uint8_t) {
                           if (node == 0) return turn.send(1, 7);
                           if (happening == Happening::deadline) {
                               turn.send(0, 1);
                               turn.wake_after(1s);
                           } else {
                               turn.set(1, 0);
                               turn.sleep();
                           }
                       });
}

Promise is_answered() {
    return {.id = "answered", .sentence = "who asks is answered", .holds = [](Facts facts) {
                return facts[1] != 0;
            }};
}

TEST(Search, TimeGoesOnOnlyWhenNothingIsOnItsWay) {
    Subject subject = asker();
    subject.goals = {is_answered()};
    const SearchReport report = search(subject, plain());
    EXPECT_EQ(report.verdict, SearchVerdict::holds);
    EXPECT_EQ(report.states, 4U);  // asks, is heard, is answered
}

TEST(Search, WhatIsLostIsRepeatedAfterATimeout) {
    Subject subject = asker();
    subject.goals = {is_answered()};
    EXPECT_EQ(search(subject, plain({.losses = 2})).verdict, SearchVerdict::holds);
    SearchOptions short_of_time = plain({.losses = 2});
    short_of_time.rules.horizon = 1500ms;
    const SearchReport report = search(subject, short_of_time);
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "answered");
    // Asks, loses; time; asks, loses.
    EXPECT_EQ(report.counterexample->moves.size(), 5U);
    EXPECT_EQ(report.counterexample->told[2].what, "time goes on by 1.000 s");
}

TEST(Search, ATimeoutMayComeEarlyAtACost) {
    Subject subject = asker();
    subject.invariants = {{.id = "asks-once", .sentence = "it asks once", .holds = [](Facts facts) {
                               return (facts[0] & 2U) == 0;
                           }}};
    subject.step = [before = subject.step](Node node,
                                           const Machine& machine,
                                           Instant now,
                                           Happening happening,
                                           const Input& input) {
        Outcome outcome = before(node, machine, now, happening, input);
        if (node == 0) outcome.facts.push_back({.word = 0, .operation = FactOperation::count});
        return outcome;
    };
    EXPECT_EQ(search(subject, plain()).verdict, SearchVerdict::holds);
    EXPECT_EQ(search(subject, plain({.timeouts = 1})).verdict, SearchVerdict::violated);
    EXPECT_EQ(search(subject, plain({.duplicates = 1})).verdict, SearchVerdict::violated);
}

// Machine 0 lends one thing to whoever asks, but does not notice when somebody asks while it waits
// for the thing to come back: the planted bug.
Subject lender() {
    Subject subject = toy_subject({Toy{.values = {0}}, Toy{.values = {0}}, Toy{.values = {0}}},
                                  [](Node node, ToyTurn& turn, Happening, std::uint8_t what) {
                                      constexpr std::uint8_t lent = 9;
                                      if (node == 0) {
                                          turn.value(0) = (turn.value(0) + 1) % 3;
                                          if (turn.value(0) != 2) turn.send(what, lent);
                                      } else {
                                          turn.set(0, static_cast<std::uint8_t>(node));
                                      }
                                  });
    subject.inputs = {message(0, 1), message(0, 2), message(0, 2)};
    subject.invariants = {{.id = "lent-once",
                           .sentence = "one has it at a time",
                           .holds = [](Facts facts) { return facts[0] != 0b110; }}};
    return subject;
}

TEST(Search, FindsAPlantedBugByTheFewestMoves) {
    const SearchReport report = search(lender(), plain());
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "lent-once");
    // Three questions, of which the second is refused, and both loans arrive.
    EXPECT_EQ(report.counterexample->moves.size(), 5U);
    EXPECT_EQ(report.counterexample->told.size(), 5U);
}

TEST(Search, UrgentInputsArePartOfTheMoveThatSentThem) {
    Subject subject = toy_subject({Toy{.values = {0}}, Toy{.values = {0}}, Toy{.values = {0}}},
                                  [](Node node, ToyTurn& turn, Happening, std::uint8_t what) {
                                      ++turn.value(0);
                                      if (what < 3) turn.send(3 - node, ++what, true);
                                  });
    subject.inputs = {message(1, 1)};
    const SearchReport report = search(subject, plain());
    EXPECT_EQ(report.states, 2U);
    EXPECT_EQ(report.verdict, SearchVerdict::holds);
}

TEST(Search, AnEndlessExchangeAtOneInstantIsFound) {
    Subject subject = toy_subject({Toy{.values = {0}}, Toy{.values = {0}}, Toy{.values = {0}}},
                                  [](Node node, ToyTurn& turn, Happening, std::uint8_t what) {
                                      turn.send(3 - node, what, true);
                                  });
    subject.inputs = {message(1, 1)};
    const SearchReport report = search(subject, plain());
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "endless-exchange");
}

TEST(Search, ADeadlineThatIsNotServedIsFound) {
    const Subject subject = toy_subject({Toy{.values = {0}, .deadline = Instant{1s}}},
                                        [](Node, ToyTurn&, Happening, std::uint8_t) {});
    const SearchReport report = search(subject, plain());
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "deadline-not-served");
}

TEST(Search, ALimitLeavesItUnfinished) {
    SearchOptions options = plain();
    options.states_max = 20;
    const SearchReport report = search(counters(), options);
    EXPECT_EQ(report.verdict, SearchVerdict::unfinished);
    EXPECT_EQ(report.stopped_by, "the number of states");
    options = plain();
    options.progress = [](const Progress& progress) { return progress.depth < 2; };
    EXPECT_EQ(search(counters(), options).verdict, SearchVerdict::unfinished);
}

TEST(Search, AMachineThatCrashesLosesWhatItKnew) {
    Subject subject = toy_subject({Toy{.values = {0}}, Toy{.values = {0}}},
                                  [](Node, ToyTurn& turn, Happening happening, std::uint8_t what) {
                                      const bool is_lost = happening == Happening::crash;
                                      turn.value(0) = is_lost ? 0 : turn.value(0) + what;
                                      if (turn.value(0) == 3) turn.set(1, 0);
                                  });
    subject.inputs = {message(1, 1), message(1, 2)};
    subject.crash_kinds[1] = CrashKind::crash;
    subject.goals = {is_answered()};
    EXPECT_EQ(search(subject, plain()).verdict, SearchVerdict::holds);
    const SearchReport report = search(subject, plain({.crashes = 1}));
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(search(subject, plain({.kills = 1})).verdict, SearchVerdict::holds);
}

}  // namespace
}  // namespace invitro::properties::explore
