#include "protocol/paths/session.hpp"

#include "protocol/paths/path_bench.hpp"

#include <gtest/gtest.h>

#include <array>

namespace invitro::protocol::client_testing {
namespace {

const Address near = address_at(1);
const Address far = address_at(50);
const Address elsewhere = address_at(70);

class SessionTest : public ::testing::Test {
protected:
    Session nominating() {
        PathContext context = bench.context();
        return Session::nominate(
            context,
            identity_of(true),
            {.local = near, .remote = far, .local_kind = CandidateKind::host, .symmetric = true});
    }

    template <class M>
    SessionChange hear(Session& session, std::uint32_t sequence, const Address& source = far) {
        M message;
        message.sequence = sequence;
        PathContext context = bench.context();
        return session.receive(context, arriving(source, near), message);
    }

    Session connected() {
        Session session = nominating();
        run(session, 0ms);
        EXPECT_EQ(hear<NominateResponse>(session, 1), SessionChange::connected);
        run(session, 0ms);
        hear<SessionData>(session, 2);
        bench.take();
        return session;
    }

    std::vector<PathBench::Sent> run(Session& session, Duration by) {
        bench.serve_until(session, bench.now + by);
        return bench.take();
    }

    PathBench bench;
};

TEST_F(SessionTest, ThreeUnansweredNominationsAreDoubted) {
    Session session = nominating();
    run(session, 2s - 1ms);
    bench.now += 1ms;
    PathContext context = bench.context();
    EXPECT_EQ(session.serve(context), SessionChange::doubtful);
    EXPECT_EQ(session.serve(context), SessionChange::none) << "said once";

    Session answered = connected();
    bench.now += 2s;
    PathContext later = bench.context();
    EXPECT_EQ(answered.serve(later), SessionChange::none);
}

TEST_F(SessionTest, NominateIsRepeatedWithGrowingSequencesUntilAnswered) {
    Session session = nominating();
    const auto sent = run(session, 1500ms);
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(std::get<Nominate>(sent[0].message).sequence, 1U);
    EXPECT_EQ(std::get<Nominate>(sent[2].message).sequence, 3U);
    hear<NominateResponse>(session, 1);
    for (const auto& one : run(session, 10s)) {
        EXPECT_FALSE(std::holds_alternative<Nominate>(one.message));
    }
}

TEST_F(SessionTest, AnUnansweredNomineeIsGivenUpAndTold) {
    Session session = nominating();
    run(session, timing::session_silence_max - 1ms);
    EXPECT_EQ(session.phase, SessionPhase::nominating);
    bench.now += 1ms;
    PathContext context = bench.context();
    EXPECT_EQ(session.serve(context), SessionChange::unanswered);
    EXPECT_TRUE(std::holds_alternative<SessionClose>(bench.take().back().message));
}

TEST_F(SessionTest, TheFirstSessionDataIsRepeatedUntilThePeersIsHeard) {
    Session session = nominating();
    run(session, 0ms);
    hear<NominateResponse>(session, 1);
    EXPECT_EQ(run(session, 1500ms).size(), 3U);
    hear<SessionData>(session, 2);
    run(session, 4s);
    EXPECT_EQ(run(session, 5s).size(), 1U);
}

TEST_F(SessionTest, AConnectedSessionSpeaksEveryFiveSecondsAndEndsAfterFifteenOfSilence) {
    Session session = connected();
    EXPECT_EQ(run(session, 14999ms).size(), 3U);
    bench.now += 1ms;
    PathContext context = bench.context();
    EXPECT_EQ(session.serve(context), SessionChange::silent);
    EXPECT_EQ(session.phase, SessionPhase::over);
}

TEST_F(SessionTest, ADuplicateDoesNotCountAsASignOfLife) {
    Session session = connected();
    bench.now += 10s;
    hear<SessionData>(session, 2);
    EXPECT_EQ(session.silent_at, bench.now + 5s);
}

TEST_F(SessionTest, ARecipientAnswersEachNewNominateAndConnectsWithSessionData) {
    PathContext context = bench.context();
    Session session =
        Session::answer(context, identity_of(false), arriving(far, near), CandidateKind::host);
    EXPECT_EQ(hear<Nominate>(session, 1), SessionChange::none);
    EXPECT_EQ(bench.take().size(), 1U);
    hear<Nominate>(session, 1);
    EXPECT_TRUE(bench.take().empty());
    hear<Nominate>(session, 2, elsewhere);
    EXPECT_EQ(bench.take().at(0).destination, elsewhere);
    EXPECT_EQ(hear<SessionData>(session, 3), SessionChange::connected);
    EXPECT_EQ(hear<SessionData>(session, 4), SessionChange::none);
}

TEST_F(SessionTest, MessagesGoToWhereThePeersNewestCameFrom) {
    Session session = nominating();
    run(session, 0ms);
    hear<NominateResponse>(session, 1, elsewhere);
    EXPECT_EQ(session.remote, elsewhere);
    hear<SessionData>(session, 3, address_at(71));
    EXPECT_EQ(session.remote, address_at(71));
    hear<SessionData>(session, 2, address_at(72));
    EXPECT_EQ(session.remote, address_at(71));
}

TEST_F(SessionTest, ClosingIsSaidThreeTimesAndThenOver) {
    Session session = connected();
    PathContext context = bench.context();
    session.close(context);
    EXPECT_FALSE(session.is_live());
    const auto sent = run(session, 1s);
    EXPECT_EQ(sent.size(), 3U);
    EXPECT_EQ(session.phase, SessionPhase::over);
}

TEST_F(SessionTest, ThePeersCloseEndsItWithoutAnAnswer) {
    Session session = connected();
    EXPECT_EQ(hear<SessionClose>(session, 3), SessionChange::closed_by_peer);
    EXPECT_EQ(hear<SessionData>(session, 4), SessionChange::none);
    EXPECT_TRUE(bench.take().empty());
}

TEST_F(SessionTest, AMoveSpeaksAtOnceFromTheNewAddress) {
    Session session = connected();
    const std::array<Address, 1> locals{address_at(2)};
    PathContext context = bench.context();
    session.move(context, locals);
    const auto sent = run(session, 0ms);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Check>(sent[0].message)) << "there may be a better path";
    EXPECT_TRUE(std::holds_alternative<SessionData>(sent[1].message));
    EXPECT_EQ(sent[0].source, locals[0]);
    EXPECT_EQ(sent[1].source, locals[0]);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
