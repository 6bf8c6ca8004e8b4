#include "protocol/security/mac.hpp"

#include <gtest/gtest.h>

namespace invitro::protocol {
namespace {

RandomValue key_of(std::uint8_t number) {
    RandomValue key;
    key.octets.fill(number);
    return key;
}

constexpr CallId call{.high = 1, .low = 2};

TEST(Mac, is_equal_for_equal_fields) {
    EXPECT_EQ(Mac(key_of(1), MacUse::ticket).add(call).tag(),
              Mac(key_of(1), MacUse::ticket).add(call).tag());
}

TEST(Mac, differs_by_key_by_use_and_by_field) {
    const Tag128 tag = Mac(key_of(1), MacUse::ticket).add(call).tag();
    EXPECT_NE(tag, Mac(key_of(2), MacUse::ticket).add(call).tag());
    EXPECT_NE(tag, Mac(key_of(1), MacUse::credential).add(call).tag());
    EXPECT_NE(tag, Mac(key_of(1), MacUse::ticket).add(CallId{.high = 1, .low = 3}).tag());
}

// "ab" and "c" are not "a" and "bc".
TEST(Mac, tells_apart_where_one_field_ends_and_the_next_begins) {
    const auto tag = [](std::string_view a, std::string_view b) {
        return Mac(key_of(1), MacUse::credential).add(bytes_of(a)).add(bytes_of(b)).tag();
    };
    EXPECT_NE(tag("ab", "c"), tag("a", "bc"));
}

TEST(Mac, secrets_are_the_same_only_if_every_byte_is) {
    const Tag128 tag = Mac(key_of(1), MacUse::ticket).add(call).tag();
    EXPECT_TRUE(is_same_secret(tag, tag));
    for (std::size_t i = 0; i < tag.size(); ++i) {
        Tag128 other = tag;
        other[i] ^= 0x10;
        EXPECT_FALSE(is_same_secret(tag, other));
    }
    EXPECT_FALSE(is_same_secret(tag, ByteView{tag}.first(15)));
}

}  // namespace
}  // namespace invitro::protocol
