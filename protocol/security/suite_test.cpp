#include "protocol/security/suite.hpp"

#include "protocol/security/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

constexpr std::size_t header_size = 2 + seal_nonce_size;

RandomValue secret(std::uint8_t number) {
    RandomValue value;
    value.octets.fill(number);
    return value;
}

std::vector<std::uint8_t> sealed_text(SealSuite suite,
                                      const RandomValue& key,
                                      std::string_view text,
                                      std::uint8_t nonce = 1) {
    std::vector<std::uint8_t> bytes(header_size + text.size() + seal_tag_size, 0);
    bytes[header_size - 1] = nonce;
    std::copy(text.begin(), text.end(), bytes.begin() + header_size);
    seal_in_place(suite, key, header_size, bytes);
    return bytes;
}

class Suites : public ::testing::TestWithParam<SealSuite> {
protected:
    [[nodiscard]] std::optional<std::string> opened(const RandomValue& key, ByteView bytes) {
        const auto plain = open_sealed(GetParam(), key, header_size, bytes, room_);
        if (!plain) return std::nullopt;
        return std::string(text_of(*plain));
    }

private:
    std::vector<std::uint8_t> room_;
};

TEST_P(Suites, both_ends_agree_on_a_key_that_a_third_does_not_have) {
    const KeyPair a = key_pair_of(GetParam(), secret(1));
    const KeyPair b = key_pair_of(GetParam(), secret(2));
    const KeyPair c = key_pair_of(GetParam(), secret(3));
    EXPECT_EQ(agreed_key(GetParam(), a, b.public_key), agreed_key(GetParam(), b, a.public_key));
    EXPECT_NE(agreed_key(GetParam(), a, b.public_key), agreed_key(GetParam(), a, c.public_key));
    EXPECT_NE(device_id_of(a.public_key), device_id_of(b.public_key));
}

TEST_P(Suites, subkeys_differ_by_purpose) {
    EXPECT_NE(subkey(GetParam(), secret(1), 1), subkey(GetParam(), secret(1), 2));
    EXPECT_NE(subkey(GetParam(), secret(1), 1), subkey(GetParam(), secret(2), 1));
}

TEST_P(Suites, what_was_sealed_is_opened_with_the_same_key_only) {
    const auto bytes = sealed_text(GetParam(), secret(1), "hello");
    EXPECT_EQ(opened(secret(1), bytes), "hello");
    EXPECT_EQ(opened(secret(2), bytes), std::nullopt);
    EXPECT_EQ(opened(secret(1), ByteView{bytes}.first(header_size + 3)), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All,
                         Suites,
                         ::testing::Values(SealSuite::real,
                                           SealSuite::charged,
                                           SealSuite::symbolic),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST(Suite, no_bit_of_a_sealed_message_can_be_changed) {
    for (const SealSuite suite : {SealSuite::real, SealSuite::charged}) {
        std::vector<std::uint8_t> room;
        const auto bytes = sealed_text(suite, secret(1), "hello");
        for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
            auto changed = bytes;
            changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            EXPECT_FALSE(open_sealed(suite, secret(1), header_size, changed, room)) << bit;
        }
    }
}

TEST(Suite, the_real_one_hides_the_text_and_the_others_are_as_long) {
    const std::string text = "connection data of the initiator";
    const auto holds_text = [&](const std::vector<std::uint8_t>& bytes) {
        return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
    };
    const auto real = sealed_text(SealSuite::real, secret(1), text);
    const auto charged = sealed_text(SealSuite::charged, secret(1), text);
    EXPECT_FALSE(holds_text(real));
    EXPECT_TRUE(holds_text(charged));
    EXPECT_EQ(real.size(), charged.size());
    EXPECT_EQ(real.size(), sealed_text(SealSuite::symbolic, secret(1), text).size());
}

// RFC 7748 section 6.1: Alice's and Bob's keys. (The test vector for X25519.)
TEST(Suite, the_real_public_key_is_that_of_rfc_7748) {
    RandomValue alice;
    alice.octets = {0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1,
                    0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0,
                    0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a};
    const PublicKey expected = {0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d,
                                0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38,
                                0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a};
    EXPECT_EQ(key_pair_of(SealSuite::real, alice).public_key, expected);
}

// A key of low order agrees with everybody on the same secret; ours is nobody's.
TEST(Suite, a_public_key_of_low_order_gives_a_key_that_is_not_known) {
    const KeyPair a = key_pair_of(SealSuite::real, secret(1));
    const KeyPair b = key_pair_of(SealSuite::real, secret(2));
    EXPECT_NE(agreed_key(SealSuite::real, a, PublicKey{}),
              agreed_key(SealSuite::real, b, PublicKey{}));
}

}  // namespace
}  // namespace invitro::protocol
