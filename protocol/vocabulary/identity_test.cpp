#include "protocol/vocabulary/identity.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace invitro::protocol {
namespace {

bool is_identifier(std::string_view text) {
    return EndpointIdentifier::parse(text).has_value();
}

TEST(Identity, phone_numbers_are_e164) {
    EXPECT_TRUE(is_identifier("+4915112345678"));
    EXPECT_TRUE(is_identifier("+12"));
    EXPECT_TRUE(is_identifier("+123456789012345"));
    EXPECT_FALSE(is_identifier("+1234567890123456")) << "more than 15 digits";
    EXPECT_FALSE(is_identifier("+0491511234567")) << "no country begins with 0";
    EXPECT_FALSE(is_identifier("4915112345678")) << "no plus sign";
    EXPECT_FALSE(is_identifier("+49 151 12345678")) << "blanks";
    EXPECT_FALSE(is_identifier("+49a"));
    EXPECT_FALSE(is_identifier("+"));
    EXPECT_FALSE(is_identifier("+1"));
    EXPECT_FALSE(is_identifier(""));
}

TEST(Identity, email_addresses_have_a_local_part_and_a_domain) {
    EXPECT_TRUE(is_identifier("ada@example.org"));
    EXPECT_TRUE(is_identifier("a@b"));
    EXPECT_TRUE(is_identifier("+49@example.org")) << "a plus sign does not make a number";
    EXPECT_FALSE(is_identifier("@example.org"));
    EXPECT_FALSE(is_identifier("ada@"));
    EXPECT_FALSE(is_identifier("ada"));
    EXPECT_FALSE(is_identifier("ada@example@org"));
    EXPECT_FALSE(is_identifier("ada lovelace@example.org"));
    EXPECT_FALSE(is_identifier("ada@example.org\n"));
    EXPECT_FALSE(is_identifier(std::string("ada\0@example.org", 16)));
    EXPECT_FALSE(is_identifier("ad\xC3\xA4@example.org")) << "only ASCII";
    EXPECT_FALSE(is_identifier("ada\x7F@example.org")) << "only what can be seen";
}

TEST(Identity, the_lengths_of_rfc_5321_are_kept) {
    const std::string local_longest(64, 'a');
    EXPECT_TRUE(is_identifier(local_longest + "@b"));
    EXPECT_FALSE(is_identifier(local_longest + "a@b"));
    const std::string longest = "a@" + std::string(EndpointIdentifier::length_max - 2, 'b');
    EXPECT_TRUE(is_identifier(longest));
    EXPECT_FALSE(is_identifier(longest + "b"));
}

TEST(Identity, a_refusal_says_what_was_wrong) {
    const auto refused = EndpointIdentifier::parse("nobody");
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("\"nobody\""), std::string::npos);
}

TEST(Identity, a_parsed_identifier_is_the_text_and_knows_its_kind) {
    const auto phone = EndpointIdentifier::parse("+4915112345678").value();
    const auto email = EndpointIdentifier::parse("ada@example.org").value();
    EXPECT_EQ(phone.text(), "+4915112345678");
    EXPECT_TRUE(phone.is_phone());
    EXPECT_FALSE(email.is_phone());
    EXPECT_TRUE(EndpointIdentifier{}.empty());
    EXPECT_FALSE(EndpointIdentifier{}.is_phone());
    EXPECT_NE(phone, email);
    EXPECT_LT(phone, email);
}

TEST(Identity, a_failed_assignment_changes_nothing) {
    auto identifier = EndpointIdentifier::parse("ada@example.org").value();
    EXPECT_FALSE(identifier.assign("nobody"));
    EXPECT_EQ(identifier.text(), "ada@example.org");
    EXPECT_TRUE(identifier.assign("+12"));
    EXPECT_EQ(identifier.text(), "+12");
}

TEST(Identity, ids_are_shown_as_32_digits_and_zero_means_none) {
    const CallId call{.high = 0x0123456789ABCDEF, .low = 0x1};
    EXPECT_EQ(to_string(call), "0123456789abcdef0000000000000001");
    EXPECT_TRUE(CallId{}.is_none());
    EXPECT_FALSE(call.is_none());
    EXPECT_FALSE((DeviceId{.high = 0, .low = 1}).is_none());
    EXPECT_FALSE((DeviceId{.high = 1, .low = 0}).is_none());
}

TEST(Identity, providers_have_names) {
    EXPECT_EQ(to_string(PushProvider::apns), "apns");
    EXPECT_EQ(to_string(PushProvider::fcm), "fcm");
    EXPECT_EQ(to_string(PushProvider::web_push), "web_push");
}

RC_GTEST_PROP(Identity, whatever_is_accepted_is_kept_as_it_is, (const std::string& text)) {
    for (const std::string& candidate : {text, "+" + text, text + "@example.org"}) {
        const auto parsed = EndpointIdentifier::parse(candidate);
        if (!parsed) continue;
        RC_ASSERT(parsed->text() == candidate);
        RC_ASSERT(EndpointIdentifier::parse(parsed->text()).value() == *parsed);
    }
}

}  // namespace
}  // namespace invitro::protocol
