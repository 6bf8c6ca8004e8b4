#include "protocol/security/ticket.hpp"

#include <gtest/gtest.h>

namespace invitro::protocol {
namespace {

constexpr CallId call{.high = 1, .low = 2};
constexpr DeviceId device{.high = 3, .low = 4};
constexpr Instant expiry = instant_at(120'000'000'000);

RandomValue cluster_key() {
    RandomValue key;
    key.octets.fill(5);
    return key;
}

TEST(Ticket, is_known_again_by_whoever_holds_the_key) {
    const Ticket ticket = make_ticket(cluster_key(), call, device, expiry);
    EXPECT_TRUE(is_genuine(cluster_key(), ticket, call, device));
    EXPECT_EQ(expiry_of(ticket), expiry);
    EXPECT_FALSE(is_genuine(RandomValue{}, ticket, call, device));
}

TEST(Ticket, counts_for_its_call_and_device_alone) {
    const Ticket ticket = make_ticket(cluster_key(), call, device, expiry);
    EXPECT_FALSE(is_genuine(cluster_key(), ticket, CallId{.high = 1, .low = 3}, device));
    EXPECT_FALSE(is_genuine(cluster_key(), ticket, call, DeviceId{.high = 3, .low = 5}));
}

// Nobody prolongs a ticket: its expiry is under the MAC.
TEST(Ticket, no_byte_of_it_can_be_changed) {
    const Ticket ticket = make_ticket(cluster_key(), call, device, expiry);
    for (std::size_t i = 0; i < ticket.size(); ++i) {
        Ticket other = ticket;
        other[i] ^= 1;
        EXPECT_FALSE(is_genuine(cluster_key(), other, call, device)) << i;
    }
}

}  // namespace
}  // namespace invitro::protocol
