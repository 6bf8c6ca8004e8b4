#include "properties/explore/search.hpp"
#include "properties/explore/toy_subject_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties::explore {
namespace {

using namespace protocol::literals;

constexpr std::uint8_t after_you = 1;
constexpr std::uint8_t go = 2;

Input message(Node to, std::uint8_t what) {
    return {.to = to, .kind = InputKind::message, .is_urgent = false, .content = {what}};
}

SearchOptions with_cycles(const Budget& budget = {}) {
    SearchOptions options;
    options.rules.budget = budget;
    options.checks_cycles = true;
    return options;
}

Promise somebody_goes() {
    return {.id = "somebody-goes",
            .sentence = "somebody goes first in the end",
            .holds = [](Facts facts) { return facts[1] != 0 || facts[2] != 0; }};
}

// Two at a door. `patience`: how often each gives way before it goes; never: for ever.
Subject two_at_a_door(int patience, Duration thinking) {
    Subject subject = toy_subject(
        {Toy{.values = {0}}, Toy{.values = {patience}}, Toy{.values = {patience}}},
        [thinking](Node node, ToyTurn& turn, Happening happening, std::uint8_t what) {
            const bool is_waiting = happening == Happening::input && thinking != Duration{};
            if (what == go || (happening == Happening::input && turn.value(0) == 0)) {
                return turn.set(static_cast<std::uint16_t>(node), 0);
            }
            if (is_waiting) return turn.wake_after(thinking);
            turn.sleep();
            if (turn.value(0) > 0) --turn.value(0);
            turn.send(3 - node, after_you);
        });
    subject.inputs = {message(1, after_you)};
    subject.goals = {somebody_goes()};
    return subject;
}

TEST(Cycles, APlantedLivelockIsFound) {
    const SearchReport report = search(two_at_a_door(-1, Duration{}), with_cycles());
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "somebody-goes");
    ASSERT_TRUE(report.counterexample->is_cycle);
    EXPECT_EQ(report.counterexample->moves.size() - report.counterexample->cycle_begin, 2U);
}

TEST(Cycles, ALivelockThatTakesTimeIsFound) {
    const SearchReport report = search(two_at_a_door(-1, 1s), with_cycles());
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_TRUE(report.counterexample->is_cycle);
}

TEST(Cycles, WithoutLookingForThemTheSearchSeesNoLastState) {
    SearchOptions options = with_cycles();
    options.checks_cycles = false;
    EXPECT_EQ(search(two_at_a_door(-1, Duration{}), options).verdict, SearchVerdict::holds);
}

TEST(Cycles, PatienceThatEndsIsNoLivelock) {
    EXPECT_EQ(search(two_at_a_door(2, Duration{}), with_cycles()).verdict, SearchVerdict::holds);
    EXPECT_EQ(search(two_at_a_door(2, 1s), with_cycles()).verdict, SearchVerdict::holds);
}

// As long as a message waits to arrive, going round without it is nobody's fault but the network's.
TEST(Cycles, ACycleThatKeepsAMessageWaitingForEverIsNotFair) {
    Subject subject = two_at_a_door(-1, Duration{});
    subject.inputs.push_back(message(2, go));
    EXPECT_EQ(search(subject, with_cycles()).verdict, SearchVerdict::holds);
    // But it may be lost.
    EXPECT_EQ(search(subject, with_cycles({.losses = 1})).verdict, SearchVerdict::violated);
}

}  // namespace
}  // namespace invitro::properties::explore
