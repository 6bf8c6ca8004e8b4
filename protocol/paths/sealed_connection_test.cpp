#include "protocol/paths/sealed_connection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace invitro::protocol {
namespace {

RandomValue session_key(std::uint8_t number) {
    RandomValue value;
    value.octets.fill(number);
    return value;
}

LegConnection some_data() {
    LegConnection data{
        .leg = {.high = 1, .low = 2}, .device = {.high = 3, .low = 4}, .connection = {}};
    data.connection.key.fill(0xA5);
    data.connection.candidates.push_back({.kind = CandidateKind::host,
                                          .address = {.ip = ipv4(0xC0000201U), .port = 5000},
                                          .priority = 7});
    return data;
}

TEST(SealedConnection, is_opened_by_who_has_the_sessions_key) {
    const SealedConnection sealed = seal_connection(session_key(1), some_data());
    EXPECT_EQ(open_connection(session_key(1), sealed), some_data());
    EXPECT_EQ(open_connection(session_key(2), sealed), std::nullopt);
}

TEST(SealedConnection, shows_nothing_of_what_is_in_it) {
    const SealedConnection sealed = seal_connection(session_key(1), some_data());
    const CallKey& key = some_data().connection.key;
    EXPECT_EQ(std::search(sealed.begin(), sealed.end(), key.begin(), key.begin() + 4),
              sealed.end());
}

TEST(SealedConnection, is_refused_whatever_octet_was_changed) {
    const SealedConnection sealed = seal_connection(session_key(1), some_data());
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        SealedConnection changed = sealed;
        changed[i] ^= 1;
        EXPECT_EQ(open_connection(session_key(1), changed), std::nullopt) << i;
    }
    EXPECT_EQ(open_connection(session_key(1), {}), std::nullopt);
}

TEST(SealedConnection, of_other_data_has_another_nonce) {
    LegConnection other = some_data();
    other.connection.generation = 1;
    const SealedConnection a = seal_connection(session_key(1), some_data());
    const SealedConnection b = seal_connection(session_key(1), other);
    EXPECT_FALSE(std::equal(a.begin(), a.begin() + 24, b.begin()));
    EXPECT_EQ(a, seal_connection(session_key(1), some_data()));
}

}  // namespace
}  // namespace invitro::protocol
