#include "protocol/vocabulary/address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace invitro::protocol {
namespace {

bool is_address(std::string_view text) {
    return parse_address(text).has_value();
}

TEST(Address, version_four_is_shown_and_parsed_with_dots) {
    const Address address{.ip = ipv4(0xC0000201), .port = 5060};
    EXPECT_EQ(to_string(address), "192.0.2.1:5060");
    EXPECT_EQ(to_string(address.ip), "192.0.2.1");
    EXPECT_EQ(parse_address("192.0.2.1:5060").value(), address);
    EXPECT_EQ(ipv4_number(address.ip), 0xC0000201U);
    EXPECT_EQ(address.ip.octets[0], 192) << "network byte order";
}

TEST(Address, version_six_is_shown_and_parsed_in_brackets) {
    const Address address = parse_address("[2001:db8::1]:5060").value();
    EXPECT_EQ(address.ip.family, IpFamily::v6);
    EXPECT_EQ(address.ip.octets[0], 0x20);
    EXPECT_EQ(address.ip.octets[15], 1);
    EXPECT_EQ(to_string(address), "[2001:db8::1]:5060");
    EXPECT_EQ(to_string(address.ip), "2001:db8::1");
}

TEST(Address, a_default_one_is_none) {
    EXPECT_TRUE(Address{}.is_none());
    EXPECT_EQ(to_string(Address{}), "none");
    EXPECT_EQ(to_string(IpAddress{}), "none");
    EXPECT_FALSE((Address{.ip = ipv4(0), .port = 0}).is_none()) << "0.0.0.0 is an address";
}

TEST(Address, what_is_not_an_address_with_a_port_is_refused) {
    EXPECT_FALSE(is_address(""));
    EXPECT_FALSE(is_address("none"));
    EXPECT_FALSE(is_address("192.0.2.1")) << "no port";
    EXPECT_FALSE(is_address("192.0.2.1:")) << "no port";
    EXPECT_FALSE(is_address("192.0.2.1:65536"));
    EXPECT_FALSE(is_address("192.0.2.1:-1"));
    EXPECT_FALSE(is_address("192.0.2.1:+1"));
    EXPECT_FALSE(is_address("192.0.2.1: 1"));
    EXPECT_FALSE(is_address("192.0.2.1:1 "));
    EXPECT_FALSE(is_address("192.0.2:1"));
    EXPECT_FALSE(is_address("192.0.2.256:1"));
    EXPECT_FALSE(is_address("[192.0.2.1]:1")) << "brackets belong to version six";
    EXPECT_FALSE(is_address("2001:db8::1:5060")) << "version six needs brackets";
    EXPECT_FALSE(is_address("[2001:db8::1]")) << "no port";
    EXPECT_FALSE(is_address("[2001:db8::g]:1"));
    EXPECT_FALSE(is_address("example.org:1")) << "names are not looked up";
    EXPECT_FALSE(is_address(std::string("192.0.2.1\0:1", 12)));
}

TEST(Address, a_refusal_says_what_was_wrong) {
    EXPECT_EQ(parse_address("x").error().message, "\"x\" is not an address with a port");
}

TEST(Address, addresses_differ_by_port_alone) {
    const Address a{.ip = ipv4(1), .port = 1};
    const Address b{.ip = ipv4(1), .port = 2};
    EXPECT_NE(a, b);
    EXPECT_LT(a, b);
}

RC_GTEST_PROP(Address,
              version_four_survives_text_and_number,
              (std::uint32_t number, std::uint16_t port)) {
    const Address address{.ip = ipv4(number), .port = port};
    RC_ASSERT(parse_address(to_string(address)).value() == address);
    RC_ASSERT(ipv4_number(address.ip) == number);
}

RC_GTEST_PROP(Address, version_six_survives_text, (std::uint16_t port)) {
    Address address{.ip = {.family = IpFamily::v6, .octets = {}}, .port = port};
    // Long runs of zeros and the ranges that hold version four are shown in special ways.
    for (std::uint8_t& octet : address.ip.octets) {
        octet = *rc::gen::element<std::uint8_t>(0, 0, 0, 1, 0xFF);
    }
    RC_ASSERT(parse_address(to_string(address)).value() == address);
}

RC_GTEST_PROP(Address, any_text_is_refused_or_comes_back, (const std::string& text)) {
    if (const auto address = parse_address(text)) {
        RC_ASSERT(parse_address(to_string(*address)).value() == *address);
    }
}

}  // namespace
}  // namespace invitro::protocol
