#include "protocol/paths/path_search.hpp"

#include "protocol/paths/path_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace invitro::protocol::client_testing {
namespace {

const std::array<Address, 1> locals{address_at(1)};
const Address far_host = address_at(50);
const Address far_reflexive = address_at(60);
const Address elsewhere = address_at(70);

class PathSearchTest : public ::testing::Test {
protected:
    void SetUp() override {
        PathContext context = bench.context();
        const std::array<Candidate, 2> candidates{
            Candidate{CandidateKind::server_reflexive, far_reflexive, 100},
            Candidate{CandidateKind::host, far_host, 200}};
        search.begin(context, identity_of(true), locals, candidates);
    }

    std::vector<PathBench::Sent> run(Duration by) {
        bench.serve_until(search, bench.now + by);
        return bench.take();
    }

    std::vector<PathBench::Sent> hear_check(const Address& source, std::uint64_t number = 1) {
        Check check;
        check.transaction = {.high = 9, .low = number};
        PathContext context = bench.context();
        search.receive(context, arriving(source, locals[0]), check);
        return bench.take();
    }

    // The check last sent to `destination` is answered from `source`.
    std::vector<PathBench::Sent> hear_response(const Address& destination, const Address& source) {
        CheckResponse response;
        for (const CandidatePair& pair : search.pairs) {
            if (search.remotes[pair.remote].address == destination) {
                response.transaction = pair.transaction;
            }
        }
        response.mapped = locals[0];
        PathContext context = bench.context();
        search.receive(context, arriving(source, locals[0]), response, {});
        return bench.take();
    }

    PathBench bench;
    PathSearch search;
};

TEST_F(PathSearchTest, PairsAreCheckedHighestPriorityFirstEveryFiftyMilliseconds) {
    const auto first = run(49ms);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].destination, far_host);
    const auto second = run(1ms);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].destination, far_reflexive);
    EXPECT_TRUE(is_authentic(search.identity.key, std::get<Check>(second[0].message)));
}

TEST_F(PathSearchTest, AnUnansweredCheckIsRepeatedWithTheSameTransaction) {
    const auto sent = run(7600ms);
    std::vector<TransactionId> transactions;
    for (const auto& one : sent) {
        if (one.destination != far_host) continue;
        transactions.push_back(std::get<Check>(one.message).transaction);
    }
    // After 0, 0.5, 1.5, 3.5, 5.5 and 7.5 s.
    EXPECT_EQ(transactions.size(), 6U);
    for (const TransactionId& one : transactions) {
        EXPECT_EQ(one, transactions[0]);
    }
}

TEST_F(PathSearchTest, AnUnknownSourceIsAnsweredLearnedAndChecked) {
    run(100ms);
    const auto answer = hear_check(elsewhere);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].destination, elsewhere);
    EXPECT_EQ(std::get<CheckResponse>(answer[0].message).mapped, elsewhere);
    EXPECT_EQ(search.remotes.back().kind, CandidateKind::peer_reflexive);
    const auto check = run(0ms);
    ASSERT_EQ(check.size(), 1U);
    EXPECT_EQ(check[0].destination, elsewhere);
    EXPECT_TRUE(std::holds_alternative<Check>(check[0].message));
}

TEST_F(PathSearchTest, ACheckHeardHastensTheCheckOfItsPair) {
    run(200ms);
    EXPECT_TRUE(run(100ms).empty());
    hear_check(far_host);
    EXPECT_EQ(run(0ms).size(), 1U);
}

// However much the peer sends, and however many addresses it has.
TEST_F(PathSearchTest, OneCheckLeavesInFiftyMilliseconds) {
    std::size_t checks = 0;
    for (std::uint16_t i = 0; i < 1000; ++i) {
        hear_check(address_at(70 + i % 10), i);
        checks += run(1ms).size();
    }
    EXPECT_EQ(checks, 21U);
}

// A pair that the peer keeps knocking on does not keep the others from being checked.
TEST_F(PathSearchTest, TriggeredChecksWaitForThoseDueBefore) {
    std::vector<Address> checked;
    for (std::uint16_t i = 0; i < 200; ++i) {
        hear_check(far_host, i);
        for (const auto& one : run(1ms)) {
            checked.push_back(one.destination);
        }
    }
    ASSERT_GE(checked.size(), 2U);
    EXPECT_EQ(checked[0], far_host);
    EXPECT_EQ(checked[1], far_reflexive);
}

TEST_F(PathSearchTest, AResponseFromTheCheckedAddressAndACheckMakeItReady) {
    run(0ms);
    hear_response(far_host, far_host);
    EXPECT_FALSE(search.is_ready());
    hear_check(far_host);
    EXPECT_TRUE(search.is_ready());
    EXPECT_EQ(search.best_path().remote, far_host);
}

TEST_F(PathSearchTest, AResponseFromElsewhereConfirmsTheAddressCheckedAfterAWhile) {
    run(50ms);
    hear_check(far_reflexive);
    hear_response(far_reflexive, elsewhere);
    const auto sent = run(50ms);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, elsewhere);
    EXPECT_FALSE(search.is_ready());
    run(450ms);
    EXPECT_TRUE(search.is_ready());
    EXPECT_EQ(search.best_path().remote, far_reflexive);
}

TEST_F(PathSearchTest, TheAddressThePeerSendsFromIsPreferred) {
    run(50ms);
    hear_check(far_reflexive);
    hear_response(far_reflexive, elsewhere);
    run(50ms);
    hear_response(elsewhere, elsewhere);
    EXPECT_TRUE(search.is_ready());
    EXPECT_EQ(search.best_path().remote, elsewhere);
}

TEST_F(PathSearchTest, AForeignTransactionConfirmsNothing) {
    run(50ms);
    CheckResponse response;
    response.transaction = {.high = 4, .low = 4};
    PathContext context = bench.context();
    search.receive(context, arriving(far_host, locals[0]), response, {});
    EXPECT_EQ(search.best_pair(), nullptr);
}

TEST_F(PathSearchTest, AResponseToACheckNeverSentConfirmsNothing) {
    PathContext context = bench.context();
    search.receive(context, arriving(far_host, locals[0]), CheckResponse{}, {});
    EXPECT_EQ(search.best_pair(), nullptr);
}

TEST_F(PathSearchTest, OnceAPathIsSymmetricTheOthersRestAndItIsKeptOpen) {
    run(100ms);
    hear_response(far_host, far_host);
    EXPECT_TRUE(run(11s).empty());
    const auto sent = run(1s);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, far_host);
}

TEST_F(PathSearchTest, APathThatStopsAnsweringIsLostAndTheOthersAreCheckedAgain) {
    run(100ms);
    hear_check(far_host);
    hear_response(far_host, far_host);
    const auto sent = run(30s);
    EXPECT_FALSE(search.is_ready());
    EXPECT_EQ(sent.back().destination == far_reflexive || sent.back().destination == far_host,
              true);
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const PathBench::Sent& one) {
        return one.destination == far_reflexive;
    }));
}

TEST_F(PathSearchTest, LearnedCandidatesAreBoundedAndAConfirmedOneIsNeverPutOut) {
    hear_check(elsewhere);
    run(100ms);
    hear_response(elsewhere, elsewhere);
    for (std::uint16_t port = 1; port < 1000; ++port) {
        bench.now += 1ms;
        hear_check(address_at(80, port), port);
    }
    // A newer one takes the place of one that led nowhere.
    hear_check(address_at(81));
    EXPECT_TRUE(std::any_of(search.remotes.begin(), search.remotes.end(), [](const Candidate& one) {
        return one.address == address_at(81);
    }));
    EXPECT_LE(search.remotes.size(), PathSearch::remotes_max);
    EXPECT_LE(search.pairs.size(), PathSearch::remotes_max);
    EXPECT_EQ(search.best_path().remote, elsewhere);
    EXPECT_EQ(search.remotes[0].address, far_reflexive);
    EXPECT_EQ(search.remotes[1].address, far_host);
}

TEST_F(PathSearchTest, AMoveChecksEverythingAgainFromTheNewAddress) {
    run(100ms);
    hear_response(far_host, far_host);
    const std::array<Address, 1> moved{address_at(2)};
    PathContext context = bench.context();
    search.move(context, moved);
    EXPECT_FALSE(search.is_ready());
    const auto sent = run(50ms);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].source, moved[0]);
}

TEST_F(PathSearchTest, AddressesOfDifferentFamiliesMakeNoPair) {
    Address ipv6;
    ipv6.ip.family = IpFamily::v6;
    const std::array<Candidate, 1> candidates{Candidate{CandidateKind::host, ipv6, 1}};
    PathContext context = bench.context();
    search.begin(context, identity_of(true), locals, candidates);
    EXPECT_TRUE(search.pairs.empty());
    EXPECT_EQ(search.next_deadline(), search.relay_at) << "a relay may have a pair for them";
    run(10s);
    EXPECT_EQ(search.next_deadline(), never);
}

// ---- relays -------------------------------------------------------------------------------------

const Address own_relayed = address_at(90, 50000);
const Address peer_relayed = address_at(90, 50001);

class RelayedPairTest : public PathSearchTest {
protected:
    void add_relayed() {
        const PathContext context = bench.context();
        search.add_relayed(context, own_relayed, peer_relayed);
    }

    // The peer's check and its answer to ours, both through the relay.
    void confirm_relayed() {
        run(100ms);
        PathContext context = bench.context();
        Check check;
        check.transaction = {.high = 9, .low = 77};
        search.receive(context, arriving(peer_relayed, own_relayed), check);
        CheckResponse response;
        response.transaction = relayed_pair().transaction;
        response.mapped = own_relayed;
        search.receive(context, arriving(peer_relayed, own_relayed), response, {});
        bench.take();
    }

    const CandidatePair& relayed_pair() {
        return *std::find_if(search.pairs.begin(), search.pairs.end(), [](const auto& pair) {
            return pair.local == own_relayed;
        });
    }
};

TEST_F(RelayedPairTest, ARelayIsNeededWhereNothingIsReadyInTime) {
    run(timing::relay_after - 1ms);
    EXPECT_FALSE(search.needs_relay);
    run(1ms);
    EXPECT_TRUE(search.needs_relay);
}

TEST_F(RelayedPairTest, NoneIsNeededByWhoHasADirectPathUntilThatIsLost) {
    run(100ms);
    hear_check(far_host);
    hear_response(far_host, far_host);
    run(10s);
    EXPECT_FALSE(search.needs_relay);
    run(100s);
    EXPECT_TRUE(search.needs_relay) << "it has not answered for long";
}

TEST_F(RelayedPairTest, ItIsAPathLikeAnyOther) {
    add_relayed();
    add_relayed();
    EXPECT_EQ(search.pairs.size(), 3U) << "once more changes nothing";
    confirm_relayed();
    ASSERT_TRUE(search.is_ready());
    EXPECT_EQ(search.best_path().local, own_relayed);
    EXPECT_EQ(search.best_path().remote, peer_relayed);
    EXPECT_EQ(search.best_path().local_kind, CandidateKind::relayed);
    EXPECT_TRUE(search.is_relayed(own_relayed));
    EXPECT_FALSE(search.is_relayed(locals[0]));
}

TEST_F(RelayedPairTest, DirectPairsGoOnBesideItAndArePreferred) {
    add_relayed();
    confirm_relayed();
    const auto sent = run(3s);
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const PathBench::Sent& one) {
        return one.destination == far_host;
    }));
    hear_check(far_host);
    hear_response(far_host, far_host);
    EXPECT_EQ(search.best_path().local, locals[0]);
    EXPECT_EQ(search.best_path().remote, far_host);
}

TEST_F(RelayedPairTest, WhatAPeerSaysOfRelaysCountsForNothing) {
    const std::array<Candidate, 1> candidates{Candidate{CandidateKind::relayed, peer_relayed, 1}};
    PathContext context = bench.context();
    search.begin(context, identity_of(true), locals, candidates);
    EXPECT_TRUE(search.pairs.empty());
}

TEST_F(RelayedPairTest, AMoveAndANewNameTakeItAway) {
    add_relayed();
    confirm_relayed();
    search.remove_relayed(own_relayed);
    EXPECT_FALSE(search.is_ready());
    add_relayed();
    PathContext context = bench.context();
    search.move(context, locals);
    EXPECT_FALSE(search.is_relayed(own_relayed));
    EXPECT_EQ(search.pairs.size(), 2U);
}

TEST(PathIdentityTest, ATagDependsOnEveryFieldTheKindAndTheKey) {
    const RandomValue key = derive_path_key(CallKey{1}, CallKey{2});
    Check check;
    check.priority = 1;
    const Tag128 tag = tag_of(key, check);
    Check other = check;
    other.priority = 2;
    EXPECT_NE(tag_of(key, other), tag);
    other = check;
    other.transaction.low = 1;
    EXPECT_NE(tag_of(key, other), tag);
    other = check;
    other.sender.high = 1;
    EXPECT_NE(tag_of(key, other), tag);
    other = check;
    other.call.low = 1;
    EXPECT_NE(tag_of(key, other), tag);
    EXPECT_NE(tag_of(derive_path_key(CallKey{2}, CallKey{1}), check), tag);
    EXPECT_NE(tag_of(key, Nominate{}), tag_of(key, SessionData{}));
    CheckResponse response;
    const Tag128 of_response = tag_of(key, response);
    response.mapped = far_host;
    EXPECT_NE(tag_of(key, response), of_response);
}

TEST(PathIdentityTest, AMessageOfOurOwnIsNeverThePeers) {
    PathIdentity identity = identity_of(true);
    EXPECT_TRUE(identity.concerns(identity.call, identity.peer));
    EXPECT_FALSE(identity.concerns(identity.call, identity.self));
    EXPECT_FALSE(identity.concerns(CallId{}, identity.peer));
    identity.peer = {};
    EXPECT_TRUE(identity.concerns(identity.call, DeviceId{5, 5}));
    EXPECT_FALSE(identity.concerns(identity.call, identity.self));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
