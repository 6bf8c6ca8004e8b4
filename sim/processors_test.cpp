#include "sim/processors.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;

constexpr NodeIndex node{0};

std::vector<std::uint8_t> envelope(std::uint64_t number, std::size_t text) {
    std::vector<std::uint8_t> bytes(text + protocol::seal_overhead(protocol::SealKind::to_broker));
    protocol::write_envelope_header({.kind = protocol::SealKind::to_broker,
                                     .key = {},
                                     .device = {},
                                     .from_node = 0,
                                     .to_node = 0,
                                     .nonce = {.stream = 1, .fresh = 1, .number = number}},
                                    bytes);
    return bytes;
}

TEST(Processors, work_queues_up_behind_work) {
    Processors processors(2);
    EXPECT_EQ(processors.work(node, protocol::instant_at(0), 10us), 10us);
    EXPECT_EQ(processors.work(node, protocol::instant_at(4'000), 10us), 16us);
    EXPECT_EQ(processors.work(node, protocol::instant_at(100'000), 10us), 10us);
    EXPECT_EQ(processors.work(NodeIndex{1}, protocol::instant_at(0), 1us), 1us);
}

TEST(Processors, what_takes_no_time_leaves_when_the_work_before_it_is_done) {
    Processors processors(1);
    EXPECT_EQ(processors.work(node, protocol::instant_at(0), 0us), 0us);
    processors.work(node, protocol::instant_at(0), 10us);
    EXPECT_EQ(processors.work(node, protocol::instant_at(4'000), 0us), 6us);
}

TEST(Processors, sealing_takes_longer_for_longer_messages_and_for_a_first_one) {
    EXPECT_EQ(sealing_time(std::vector<std::uint8_t>{0x83, 1, 2}), 0us);
    EXPECT_GT(sealing_time(envelope(2, 800)), sealing_time(envelope(2, 100)));
    EXPECT_EQ(sealing_time(envelope(1, 100)) - sealing_time(envelope(2, 100)),
              sealing_cost::key_agreement);
}

}  // namespace
}  // namespace invitro::sim
