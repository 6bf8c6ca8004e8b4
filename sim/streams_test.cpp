// Streams in a world: devices behind blocked UDP take part, and what breaks a stream is survived.
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using model::NatKind;

// What the applications heard, and how messages travelled.
class Watcher : public Observer {
public:
    void observe(const model::Event& event) override {
        if (const auto* told = std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
            heard.emplace_back(event.header.node.number, told->notification);
        } else if (const auto* sent = std::get_if<model::DatagramSent>(&event.body)) {
            if (sent->on_stream) sent_on_streams.push_back(event.header.at);
        } else if (const auto* came = std::get_if<model::DatagramDelivered>(&event.body)) {
            if (came->on_stream) ++delivered_on_streams;
        } else if (std::holds_alternative<model::SegmentLost>(event.body)) {
            losing.push_back(event.header.node.number);
        } else if (std::holds_alternative<model::StreamBroken>(event.body)) {
            broken.push_back(event.header.node.number);
        }
    }

    template <class T>
    [[nodiscard]] std::size_t count(std::uint32_t device) const {
        return static_cast<std::size_t>(
            std::count_if(heard.begin(), heard.end(), [&](const auto& entry) {
                return entry.first == device && std::holds_alternative<T>(entry.second);
            }));
    }

    std::vector<std::pair<std::uint32_t, protocol::Notification>> heard;
    std::vector<protocol::Instant> sent_on_streams;
    std::size_t delivered_on_streams = 0;
    std::vector<std::uint32_t> losing;  // whose streams lost a segment
    std::vector<std::uint32_t> broken;  // whose streams broke
};

Watcher watch(const scenarios::World& world) {
    Watcher watcher;
    Observer* const observers[] = {&watcher};
    run_world(world, shared_test_platform(), observers);
    return watcher;
}

model::Fault partition(protocol::Duration from, protocol::Duration until) {
    return {.number = 0,
            .kind = model::FaultKind::partition,
            .start = protocol::Instant{from},
            .end = protocol::Instant{until},
            .target = {.kind = model::NodeKind::device, .number = 1}};
}

TEST(Streams, where_udp_works_nobody_opens_one) {
    const Watcher watcher = watch(small_world(2));
    EXPECT_TRUE(watcher.sent_on_streams.empty());
    EXPECT_TRUE(watcher.losing.empty());
}

TEST(Streams, a_device_behind_blocked_udp_registers_rings_and_accepts) {
    const Watcher watcher = watch(small_world(1, NatKind::eim_apdf, NatKind::blk));
    EXPECT_EQ(watcher.count<protocol::Registered>(1), 1U);
    EXPECT_EQ(watcher.count<protocol::Ringing>(1), 1U);
    EXPECT_EQ(watcher.count<protocol::AcceptConfirmed>(1), 1U);
    EXPECT_EQ(watcher.count<protocol::AcceptArrived>(0), 1U);
    EXPECT_GT(watcher.delivered_on_streams, 5U);
}

TEST(Streams, an_initiator_behind_blocked_udp_is_told_of_accepts) {
    const Watcher watcher = watch(small_world(2, NatKind::blk));
    EXPECT_EQ(watcher.count<protocol::CallProgress>(0), 1U);
    EXPECT_EQ(watcher.count<protocol::AcceptArrived>(0), 2U);
}

TEST(Streams, what_is_sent_arrives_though_segments_are_lost) {
    scenarios::World world = small_world(1, NatKind::blk, NatKind::blk);
    world.core.loss = model::Probability{model::probability_one / 5};
    const Watcher watcher = watch(world);
    EXPECT_EQ(watcher.sent_on_streams.size(), watcher.delivered_on_streams);
    EXPECT_EQ(watcher.count<protocol::AcceptArrived>(0), 1U);
    EXPECT_GT(std::count(watcher.losing.begin(), watcher.losing.end(), 0U), 0);
    EXPECT_GT(std::count(watcher.losing.begin(), watcher.losing.end(), 1U), 0);
    EXPECT_TRUE(watcher.broken.empty());
}

TEST(Streams, a_partition_holds_a_stream_up_and_a_long_one_ends_it) {
    for (const protocol::Duration length : {5s, 45s}) {
        scenarios::World world = small_world(1, NatKind::eim_apdf, NatKind::blk);
        world.calls[0].at = 70s;
        world.faults.push_back(partition(10s, 10s + length));
        // In between it registers, and says nothing more: the stream is used by the call.
        const Watcher watcher = watch(world);
        EXPECT_EQ(watcher.count<protocol::AcceptArrived>(0), 1U);
    }
}

TEST(Streams, an_accept_is_delivered_after_its_stream_was_cut_by_a_restarted_box) {
    scenarios::World world = small_world(1, NatKind::eim_apdf, NatKind::blk);
    model::Fault flush = partition(6500ms, 6600ms);
    flush.kind = model::FaultKind::nat_flush;
    world.faults.push_back(flush);
    const Watcher watcher = watch(world);
    EXPECT_EQ(watcher.count<protocol::AcceptArrived>(0), 1U);
    EXPECT_EQ(watcher.broken, std::vector<std::uint32_t>{1}) << "one stream, noticed once";
}

TEST(Streams, a_device_that_leaves_the_blocked_network_speaks_udp_again) {
    scenarios::World world = small_world(1, NatKind::eim_apdf, NatKind::blk);
    world.networks.push_back({.number = 9,
                              .site = model::SiteIndex{0},
                              .access = model::AccessKind::datacentre,
                              .nat = {.kind = NatKind::pub}});
    world.moves.push_back({.device = 1, .move = {.at = 4500ms, .network = 9}});
    const Watcher watcher = watch(world);
    EXPECT_EQ(watcher.count<protocol::Connected>(1), 1U);
    for (const protocol::Instant at : watcher.sent_on_streams) {
        EXPECT_LT(at, protocol::Instant{4500ms});
    }
}

TEST(Streams, the_same_world_has_the_same_streams) {
    const scenarios::World world = small_world(2, NatKind::blk, NatKind::blk);
    EXPECT_EQ(watch(world).sent_on_streams, watch(world).sent_on_streams);
}

}  // namespace
}  // namespace invitro::sim
