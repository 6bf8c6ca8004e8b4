#include "protocol/wire/cbor_diagnostic.hpp"

#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::protocol::cbor {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint8_t array_of_one = 0x81;

Octets octets_of(std::string_view hexadecimal) {
    Octets octets;
    std::string digits;
    for (const char c : hexadecimal) {
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
        digits += c;
        if (digits.size() < 2) continue;
        octets.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
        digits.clear();
    }
    return octets;
}

// The notation, or the name of the error.
std::string shown(ByteView bytes, Layout layout = Layout::one_line) {
    const auto text = diagnostic(bytes, layout);
    return text ? *text : std::string(to_string(text.error()));
}

std::string shown(std::string_view hexadecimal, Layout layout = Layout::one_line) {
    return shown(octets_of(hexadecimal), layout);
}

struct Example {
    std::string_view hexadecimal;
    std::string_view notation;
};

// RFC 8949, Appendix A: all but floating-point numbers and indefinite lengths.
constexpr Example numbers[] = {
    {"00", "0"},
    {"01", "1"},
    {"0a", "10"},
    {"17", "23"},
    {"1818", "24"},
    {"1819", "25"},
    {"1864", "100"},
    {"1903e8", "1000"},
    {"1a000f4240", "1000000"},
    {"1b000000e8d4a51000", "1000000000000"},
    {"1bffffffffffffffff", "18446744073709551615"},
    {"3bffffffffffffffff", "-18446744073709551616"},
    {"20", "-1"},
    {"29", "-10"},
    {"3863", "-100"},
    {"3903e7", "-1000"},
};

constexpr Example others[] = {
    {"c249010000000000000000", "2(h'010000000000000000')"},
    {"f4", "false"},
    {"f5", "true"},
    {"f6", "null"},
    {"f7", "undefined"},
    {"f0", "simple(16)"},
    {"f8ff", "simple(255)"},
    {"c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")"},
    {"c11a514b67b0", "1(1363896240)"},
    {"d74401020304", "23(h'01020304')"},
    {"d818456449455446", "24(h'6449455446')"},
    {"d82076687474703a2f2f7777772e6578616d706c652e636f6d", "32(\"http://www.example.com\")"},
    {"40", "h''"},
    {"4401020304", "h'01020304'"},
    {"60", "\"\""},
    {"6161", "\"a\""},
    {"6449455446", "\"IETF\""},
    {"62225c", "\"\\\"\\\\\""},
    {"62c3bc", "\"\xC3\xBC\""},
    {"63e6b0b4", "\"\xE6\xB0\xB4\""},
    {"64f0908591", "\"\xF0\x90\x85\x91\""},
};

constexpr Example containers[] = {
    {"80", "[]"},
    {"83010203", "[1, 2, 3]"},
    {"8301820203820405", "[1, [2, 3], [4, 5]]"},
    {"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
     "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"},
    {"a0", "{}"},
    {"a201020304", "{1: 2, 3: 4}"},
    {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
    {"826161a161626163", "[\"a\", {\"b\": \"c\"}]"},
    {"a56161614161626142616361436164614461656145",
     "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}"},
};

TEST(CborDiagnostic, shows_the_examples_of_the_standard_as_it_does) {
    for (const Example& example : numbers) {
        EXPECT_EQ(shown(example.hexadecimal), example.notation) << example.hexadecimal;
    }
    for (const Example& example : others) {
        EXPECT_EQ(shown(example.hexadecimal), example.notation) << example.hexadecimal;
    }
    for (const Example& example : containers) {
        EXPECT_EQ(shown(example.hexadecimal), example.notation) << example.hexadecimal;
    }
}

TEST(CborDiagnostic, in_lines_each_pair_of_a_map_has_its_own) {
    EXPECT_EQ(shown("8301 0b a2 00 4101 01 a0", Layout::lines),
              "[1, 11, {\n"
              "    0: h'01',\n"
              "    1: {}\n"
              "}]");
    EXPECT_EQ(shown("a1 03 82 a1 00 01 05", Layout::lines),
              "{\n"
              "    3: [{\n"
              "        0: 1\n"
              "    }, 5]\n"
              "}");
}

TEST(CborDiagnostic, floating_point_numbers_are_refused) {
    EXPECT_EQ(shown("f93c00"), "wrong_type");
    EXPECT_EQ(shown("fa47c35000"), "wrong_type");
    EXPECT_EQ(shown("8201fb3ff199999999999a"), "wrong_type");
}

TEST(CborDiagnostic, indefinite_lengths_and_reserved_values_are_refused) {
    for (const char* hexadecimal : {"5f42010243030405ff", "9fff", "bfff", "ff", "1c", "7d", "fc"}) {
        EXPECT_EQ(shown(hexadecimal), "malformed") << hexadecimal;
    }
    EXPECT_EQ(shown("f814"), "malformed") << "false in two bytes";
}

TEST(CborDiagnostic, bytes_behind_the_item_and_missing_ones_are_mistakes) {
    EXPECT_EQ(shown(""), "truncated");
    EXPECT_EQ(shown("0000"), "malformed");
    for (const char* hexadecimal : {"18",
                                    "8201",
                                    "a101",
                                    "4301",
                                    "c1",
                                    "9bffffffffffffffff",
                                    "bbffffffffffffffff",
                                    "5bffffffffffffffff"}) {
        EXPECT_EQ(shown(hexadecimal), "truncated") << hexadecimal;
    }
}

TEST(CborDiagnostic, text_is_utf8_and_what_cannot_be_seen_is_escaped) {
    EXPECT_EQ(shown("63610a62"), "\"a\\u000ab\"");
    for (const char* hexadecimal : {"6180",
                                    "61c3",
                                    "62c328",
                                    "62c0af",
                                    "63e08080",
                                    "63eda080",
                                    "64f0808080",
                                    "64f4908080",
                                    "64f8808080"}) {
        EXPECT_EQ(shown(hexadecimal), "malformed") << hexadecimal;
    }
}

TEST(CborDiagnostic, depth_is_bounded) {
    Octets octets(depth_max, array_of_one);
    octets.push_back(0);
    EXPECT_TRUE(diagnostic(octets).has_value());
    octets.insert(octets.begin(), array_of_one);
    EXPECT_EQ(shown(octets), "out_of_range");
}

TEST(CborDiagnostic, shows_every_message_whole_and_no_part_of_one) {
    std::array<std::uint8_t, push_size_max> buffer{};
    for (const Message& message : example_messages()) {
        const ByteView bytes = ByteView{buffer}.first(encode(message, buffer));
        EXPECT_TRUE(diagnostic(bytes).has_value()) << to_string(type_of(message));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            EXPECT_EQ(shown(bytes.first(size)), "truncated") << to_string(type_of(message));
        }
    }
}

}  // namespace
}  // namespace invitro::protocol::cbor
