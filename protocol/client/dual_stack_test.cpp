// Devices of one IP family or of both: docs/PROTOCOL.md "IP families".
#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Address v4 = home_of(1);
const Address v6 = parse_address("[2001:db8:d::1]:5000").value();
const Address broker_v6 = parse_address("[2001:db8:b::1]:4000").value();
const Address reflector_v6_1 = parse_address("[2001:db8:c::1]:3478").value();
const Address reflector_v6_2 = parse_address("[2001:db8:c::2]:3478").value();
const Address peer_v6 = parse_address("[2001:db8:d::9]:5000").value();
const Address peer_v4{.ip = ipv4(0xC6336409U), .port = 6000};

ClientConfig dual_config() {
    ClientConfig config = config_of(1);
    config.brokers[0].v6 = broker_v6;
    config.reflectors = {reflector_1, reflector_2, reflector_v6_1, reflector_v6_2};
    return config;
}

class DualStack : public ::testing::Test {
protected:
    void attach(std::initializer_list<Address> addresses) {
        NetworkChanged network;
        for (const Address& address : addresses) {
            network.addresses.push_back(address);
        }
        bench.command(network);
        bench.forget();
    }

    // Each reflector sees what is mapped there; IPv6 is not mapped. Whatever they send gets in.
    void answer_reflectors() {
        const auto requests = bench.sent;
        for (const SentMessage& one : requests) {
            ReflectResponse response;
            if (const auto* request = std::get_if<ReflectRequest>(&one.message)) {
                response.transaction = request->transaction;
            } else if (const auto* probe = std::get_if<ReflectProbe>(&one.message)) {
                response.transaction = probe->transaction;
            } else {
                continue;
            }
            const bool is_v4 = one.destination.ip.family == IpFamily::v4;
            response.mapped = is_v4 ? outside_of(1) : one.source;
            bench.from(one.destination, response);
        }
    }

    std::vector<Address> destinations_of_requests() {
        bench.forget();
        bench.command(call_command());
        std::vector<Address> asked;
        for (const SentMessage& one : bench.sent) {
            if (std::holds_alternative<ReflectRequest>(one.message)) {
                asked.push_back(one.destination);
            }
            EXPECT_EQ(one.source.ip.family, one.destination.ip.family);
        }
        return asked;
    }

    ClientBench bench{dual_config()};
};

TEST_F(DualStack, EachFamilyAsksTheReflectorsOfItsOwn) {
    attach({v4});
    EXPECT_EQ(destinations_of_requests(), (std::vector{reflector_1, reflector_2}));
    attach({v6});
    EXPECT_EQ(destinations_of_requests(), (std::vector{reflector_v6_1, reflector_v6_2}));
    attach({v6, v4});
    EXPECT_THAT(destinations_of_requests(), SizeIs(4));
}

TEST_F(DualStack, CandidatesOfBothFamiliesAreToldAndTheMostDifficultMappingCounts) {
    attach({v6, v4});
    bench.command(call_command());
    answer_reflectors();
    const ConnectionData told = bench.all<InviteRequest>().at(0).connection;
    ASSERT_EQ(told.candidates.size(), 3U);
    EXPECT_EQ(told.candidates[0].address, v6);
    EXPECT_EQ(told.candidates[1].address, v4);
    EXPECT_EQ(told.candidates[2].address, outside_of(1));
    EXPECT_EQ(told.mapping, MappingBehaviour::endpoint_independent);
}

TEST_F(DualStack, TheBrokerIsReachedByTheFamilyThatThereIs) {
    attach({v4});
    bench.command(register_command());
    EXPECT_EQ(bench.sent.at(0).destination, broker_address);
    attach({v6});
    bench.advance(500ms);
    EXPECT_EQ(bench.sent.at(0).destination, broker_v6);
    EXPECT_EQ(bench.sent.at(0).source, v6);
    bench.from(broker_v6, RegisterAck{.device = device_of(1), .incarnation = 1, .lease = 3600s});
    EXPECT_THAT(bench.heard<Registered>(), SizeIs(1));
}

TEST_F(DualStack, PairsAreOfOneFamily) {
    attach({v6, v4});
    bench.command(call_command());
    answer_reflectors();
    const CallId call = bench.heard<CallStarted>().at(0).call;
    bench.from_broker(InviteProgress{.call = call});
    AcceptForward accept{.call = call, .device = device_of(9), .connection = {}};
    for (const Address& address : {peer_v6, peer_v4}) {
        accept.connection.candidates.push_back(
            {.kind = CandidateKind::host, .address = address, .priority = 100});
    }
    bench.forget();
    bench.from_broker(accept);
    bench.advance(400ms);
    std::vector<std::pair<Address, Address>> checked;
    for (const SentMessage& one : bench.sent) {
        if (std::holds_alternative<Check>(one.message)) {
            checked.emplace_back(one.source, one.destination);
        }
    }
    EXPECT_THAT(checked,
                ::testing::UnorderedElementsAre(std::pair(v6, peer_v6), std::pair(v4, peer_v4)));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
