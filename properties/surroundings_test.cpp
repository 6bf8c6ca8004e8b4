// The rule on pairs of NAT boxes, against the boxes themselves; and what is owed by stream.
#include "properties/surroundings.hpp"

#include "protocol/timing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

using namespace std::chrono_literals;

using model::NatBox;
using model::NatKind;
using protocol::Address;

// Two hosts that send to every address they know of each other, learn every source they hear, and
// go on until nothing new is learned. To begin with they know what two reflectors saw.
class Hosts {
public:
    Hosts(NatKind one, NatKind other) : ends_{End(one, 0), End(other, 1)} {
        for (std::size_t side = 0; side < 2; ++side) {
            End& end = ends_[side];
            for (const std::uint32_t reflector : {1U, 2U}) {
                const auto sent = end.send({.ip = protocol::ipv4(0x09000000U + reflector)});
                if (sent) ends_[1 - side].known.insert(*sent);
            }
        }
    }

    bool meet() {
        constexpr int rounds = 8;
        for (int round = 0; round < rounds; ++round) {
            flood(0);
            flood(1);
        }
        return ends_[0].has_heard && ends_[1].has_heard;
    }

private:
    struct End {
        End(NatKind kind, std::uint32_t number)
            : inside{.ip = protocol::ipv4(0x0A000001U + number), .port = 5000},
              outside(model::translates(kind) ? protocol::ipv4(0x0B000001U + number) : inside.ip),
              box({.kind = kind}, outside, number) {}

        std::optional<Address> send(const Address& destination) {
            model::NatRefusal refusal{};
            const auto passed = box.outbound({}, inside, destination, refusal);
            return passed ? std::optional{passed->source} : std::nullopt;
        }

        bool lets_in(const Address& source, const Address& destination) {
            model::NatRefusal refusal{};
            return box.inbound({}, source, destination, refusal).has_value();
        }

        Address inside;
        protocol::IpAddress outside;
        NatBox box;
        std::set<Address> known;  // of the other end
        bool has_heard = false;
    };

    void flood(std::size_t side) {
        End& to = ends_[1 - side];
        const std::set<Address> destinations = ends_[side].known;
        for (const Address& destination : destinations) {
            const auto source = ends_[side].send(destination);
            if (!source || !to.lets_in(*source, destination)) continue;
            to.has_heard = true;
            to.known.insert(*source);
        }
    }

    std::array<End, 2> ends_;
};

TEST(AllowsDirectPath, is_true_where_two_hosts_meet_without_predicting_ports) {
    int direct = 0;
    for (std::size_t one = 0; one < model::nat_kind_count; ++one) {
        for (std::size_t other = 0; other < model::nat_kind_count; ++other) {
            const auto a = static_cast<NatKind>(one);
            const auto b = static_cast<NatKind>(other);
            EXPECT_EQ(allows_direct_path(a, b), Hosts(a, b).meet())
                << to_string(a) << " and " << to_string(b);
            direct += allows_direct_path(a, b) ? 1 : 0;
        }
    }
    // As `invitro nat-matrix` finds with two real clients.
    EXPECT_EQ(direct, 73);
}

// Device 0 is free, device 1 is behind a network that blocks UDP.
class PromisesByStream : public testing::Test {
protected:
    scenarios::World world;

    PromisesByStream() {
        world.networks.resize(2);
        world.devices.resize(2);
        world.networks[1].number = world.devices[1].number = world.devices[1].network = 1;
        world.networks[1].nat.kind = NatKind::blk;
    }

    // When at the latest something must have reached the device that was due from the beginning.
    [[nodiscard]] std::optional<Instant> bound(std::uint32_t device,
                                               const std::vector<StreamLoss>& losses = {}) const {
        return Surroundings(world).stretch_end({.from = at(0s),
                                                .until = at(180s),
                                                .device = device,
                                                .failed_tries = {},
                                                .stream_losses = {losses}});
    }

    static Instant at(Duration since) { return Instant{since}; }

    void strike(model::FaultKind kind, std::uint32_t device) {
        world.faults.push_back({.kind = kind,
                                .start = at(10s),
                                .end = at(40s),
                                .target = {.kind = model::NodeKind::device, .number = device}});
    }
};

TEST_F(PromisesByStream, are_owed_as_soon_as_any) {
    EXPECT_EQ(bound(1), at(timing::liveness_window));
    EXPECT_EQ(bound(1), bound(0));
}

TEST_F(PromisesByStream, are_not_owed_where_there_are_no_streams) {
    world.stream_fallback = false;
    EXPECT_EQ(bound(1), std::nullopt);
    EXPECT_NE(bound(0), std::nullopt);
}

TEST_F(PromisesByStream, are_owed_in_spite_of_a_few_lost_segments) {
    std::vector<StreamLoss> losses(timing::failed_tries_max, {.at = at(2s), .felt = 1s});
    EXPECT_EQ(bound(1, losses), at(timing::liveness_window));
    losses.push_back({.at = at(4s), .felt = 1s});
    EXPECT_EQ(bound(1, losses), at(5s) + Duration{1} + timing::liveness_window);
}

TEST_F(PromisesByStream, count_a_long_wait_as_several_tries) {
    const std::vector<StreamLoss> losses{{.at = at(2s), .felt = 12s}, {.at = at(6s), .felt = 12s}};
    EXPECT_EQ(bound(1, losses), at(18s) + Duration{1} + timing::liveness_window);
}

TEST_F(PromisesByStream, wait_until_a_device_that_moved_has_found_out) {
    world.moves.push_back({.device = 1, .move = {.at = 10s, .network = 1}});
    ASSERT_TRUE(bound(1).has_value());
    EXPECT_GT(*bound(1), at(10s) + timing::udp_silence_max + timing::liveness_window);
    world.moves[0].device = 0;
    EXPECT_EQ(bound(1), at(timing::liveness_window));
}

TEST_F(PromisesByStream, do_not_wait_for_the_faults_of_others) {
    strike(model::FaultKind::device_offline, 0);
    EXPECT_EQ(bound(1), at(timing::liveness_window));
}

}  // namespace
}  // namespace invitro::properties
