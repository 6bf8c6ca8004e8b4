#include "protocol/paths/gathering.hpp"

#include "protocol/paths/path_bench.hpp"

#include <gtest/gtest.h>

#include <array>

namespace invitro::protocol::client_testing {
namespace {

const std::array<Address, 2> reflectors{address_at(201, 3478), address_at(202, 3478)};
const std::array<Address, 1> locals{address_at(1)};

class GatheringTest : public ::testing::Test {
protected:
    void SetUp() override {
        PathContext context = bench.context();
        gathering.begin(context, locals, reflectors);
        gathering.serve(context);
        take_requests();
    }

    // Plain questions and probes apart.
    void take_requests() {
        requests.clear();
        probes.clear();
        for (const PathBench::Sent& sent : bench.take()) {
            const bool is_probe = std::holds_alternative<ReflectProbe>(sent.message);
            (is_probe ? probes : requests).push_back(sent);
        }
    }

    void serve() {
        PathContext context = bench.context();
        gathering.serve(context);
        take_requests();
    }

    bool pass(std::size_t index, const Address& mapped) {
        const auto& probe = std::get<ReflectProbe>(probes.at(index).message);
        return gathering.receive({.transaction = probe.transaction, .mapped = mapped}) !=
               Reflected::none;
    }

    bool answer(std::size_t index, const Address& mapped) {
        const auto& request = std::get<ReflectRequest>(requests.at(index).message);
        return gathering.receive({.transaction = request.transaction, .mapped = mapped}) !=
               Reflected::none;
    }

    PathBench bench;
    Gathering gathering;
    std::vector<PathBench::Sent> requests;
    std::vector<PathBench::Sent> probes;
};

TEST_F(GatheringTest, BothReflectorsAreAskedAtOnceFromTheOwnAddress) {
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].source, locals[0]);
    EXPECT_EQ(requests[0].destination, reflectors[0]);
    EXPECT_EQ(requests[1].destination, reflectors[1]);
    EXPECT_FALSE(gathering.is_complete(bench.now));
}

TEST_F(GatheringTest, TheSameOutsideAddressFromBothIsEndpointIndependent) {
    answer(0, address_at(99));
    EXPECT_FALSE(gathering.is_complete(bench.now));
    answer(1, address_at(99));
    EXPECT_FALSE(gathering.is_complete(bench.now)) << "what the box filters is not known yet";
    pass(1, address_at(99));
    EXPECT_TRUE(gathering.is_complete(bench.now));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::endpoint_independent);
    const auto candidates = gathering.candidates(locals);
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[0].kind, CandidateKind::host);
    EXPECT_EQ(candidates[1].kind, CandidateKind::server_reflexive);
    EXPECT_GT(candidates[0].priority, candidates[1].priority);
}

TEST_F(GatheringTest, TheHostAddressSeenOutsideIsNoNatAndNoFurtherCandidate) {
    answer(0, locals[0]);
    answer(1, locals[0]);
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::none);
    EXPECT_EQ(gathering.candidates(locals).size(), 1U);
}

TEST_F(GatheringTest, DifferentOutsideAddressesAreDependentAndBothCandidates) {
    answer(0, address_at(99, 1000));
    answer(1, address_at(99, 1001));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::dependent);
    EXPECT_EQ(gathering.candidates(locals).size(), 3U);
}

TEST_F(GatheringTest, OneAnswerTellsAnAddressButNoBehaviour) {
    answer(1, address_at(99));
    bench.serve_until(gathering, bench.now + 1999ms);
    EXPECT_FALSE(gathering.is_complete(bench.now));
    EXPECT_TRUE(gathering.is_complete(bench.now + 1ms));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::unknown);
    EXPECT_EQ(gathering.candidates(locals).size(), 2U);
}

TEST_F(GatheringTest, ARequestIsRepeatedUntilItIsAnswered) {
    answer(0, address_at(99));
    bench.serve_until(gathering, bench.now + 1600ms);
    const auto repeated = bench.take();
    ASSERT_EQ(repeated.size(), 2U);
    EXPECT_EQ(repeated[0].destination, reflectors[1]);
}

TEST_F(GatheringTest, TestsHoldNothingUpWhileAPlainQuestionIsOpen) {
    answer(0, address_at(99));
    serve();
    bench.now += timing::filtering_wait;
    serve();
    EXPECT_FALSE(gathering.is_complete(bench.now));
    EXPECT_GT(gathering.next_deadline(), bench.now) << "a time that is over is no deadline";
}

TEST_F(GatheringTest, AForeignTransactionOrASecondAnswerIsNoNews) {
    EXPECT_EQ(gathering.receive({.transaction = {.high = 1, .low = 1}, .mapped = locals[0]}),
              Reflected::none);
    EXPECT_TRUE(answer(0, address_at(99)));
    EXPECT_FALSE(answer(0, address_at(98)));
    EXPECT_EQ(gathering.reflections[0].mapped, address_at(99));
}

TEST_F(GatheringTest, TheFirstReflectorIsAskedToAnswerFromElsewhere) {
    ASSERT_EQ(probes.size(), 2U);
    for (const PathBench::Sent& probe : probes) {
        EXPECT_EQ(probe.destination, reflectors[0]);
    }
    EXPECT_EQ(std::get<ReflectProbe>(probes[0].message).origin, ReflectOrigin::other_port);
    EXPECT_EQ(std::get<ReflectProbe>(probes[1].message).origin, ReflectOrigin::other_address);
    EXPECT_EQ(gathering.filtering(), FilteringBehaviour::unknown);
}

TEST_F(GatheringTest, WhatGetsInSaysWhatIsNotFiltered) {
    answer(0, address_at(99));
    answer(1, address_at(99));
    serve();
    EXPECT_EQ(gathering.filtering(), FilteringBehaviour::address_and_port_dependent);
    EXPECT_EQ(gathering.next_deadline(), bench.now + timing::filtering_wait);
    EXPECT_TRUE(gathering.is_complete(bench.now + timing::filtering_wait));
}

TEST_F(GatheringTest, AnAnswerFromTheOtherPortPassesAFilterOfAddresses) {
    pass(0, address_at(99));
    answer(0, address_at(99));
    answer(1, address_at(99));
    serve();
    EXPECT_FALSE(gathering.is_complete(bench.now));
    EXPECT_EQ(gathering.filtering(), FilteringBehaviour::address_dependent);
}

TEST_F(GatheringTest, ADependentMappingIsAskedForThePortToo) {
    answer(0, address_at(99, 1000));
    answer(1, address_at(99, 1001));
    serve();
    ASSERT_EQ(probes.size(), 1U);
    EXPECT_EQ(probes[0].destination, other_port_of(reflectors[1]));
    const Gathering asked = gathering;
    pass(0, address_at(99, 1001));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::address_dependent);
    gathering = asked;
    pass(0, address_at(99, 1002));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::address_and_port_dependent);
    EXPECT_EQ(gathering.candidates(locals).size(), 3U) << "no candidate comes of it";
}

TEST_F(GatheringTest, WithoutReflectorsItIsCompleteAtOnce) {
    const std::array<Address, 2> none{};
    PathContext context = bench.context();
    gathering.begin(context, locals, none);
    EXPECT_TRUE(gathering.is_complete(bench.now));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::unknown);
}

TEST_F(GatheringTest, EachOwnAddressAsksBothAndTheWorstMappingCounts) {
    const std::array<Address, 2> two{address_at(1), address_at(2)};
    PathContext context = bench.context();
    gathering.begin(context, two, reflectors);
    gathering.serve(context);
    take_requests();
    ASSERT_EQ(requests.size(), 4U);
    EXPECT_EQ(probes.size(), 2U) << "one box is tested";
    answer(0, two[0]);
    answer(1, two[0]);
    answer(2, address_at(99, 1));
    answer(3, address_at(99, 2));
    EXPECT_EQ(gathering.mapping(), MappingBehaviour::dependent);
    EXPECT_EQ(gathering.candidates(two).size(), 4U);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
