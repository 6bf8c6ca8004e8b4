// The codec by example: what the bytes are, and what is refused. The properties that hold for every
// message are in codec_property_test.cpp.
#include "protocol/wire/codec.hpp"

#include "protocol/vocabulary/state.hpp"
#include "protocol/wire/example_messages.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::protocol {
namespace {

using testing::IsEmpty;

using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const Message& message) {
    Bytes bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

std::string hex(ByteView bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

// The bytes of hexadecimal digits; everything else is there for the eye.
Bytes bytes_of_hex(std::string_view text) {
    Bytes bytes;
    std::string digits;
    for (const char c : text) {
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
        digits += c;
        if (digits.size() < 2) continue;
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
        digits.clear();
    }
    return bytes;
}

// What decoding these bytes says: "fine", or the error.
std::string verdict(std::string_view hexadecimal) {
    const auto message = decode(bytes_of_hex(hexadecimal));
    return std::string(message ? "fine" : to_string(message.error()));
}

constexpr std::string_view call_hex = "50 0123456789abcdef fedcba9876543210";
constexpr std::string_view device_hex = "50 0011223344556677 8899aabbccddeeff";
// [{0: 100, 1: 2592100, 2: h'606162...6f'}, {0: 0, 1: 0, 2: h'000000...00'}]
constexpr std::string_view credentials_hex =
    "82 a3 00 18 64 01 1a 00278d64 02 50 6061626364656667 68696a6b6c6d6e6f"
    "a3 00 00 01 00 02 50 0000000000000000 0000000000000000";

struct Golden {
    Message message;
    std::string hexadecimal;
};

std::vector<Golden> goldens() {
    const std::string call(call_hex);
    const std::string device(device_hex);
    const std::string credentials(credentials_hex);
    const auto examples = example_messages();
    const auto example = [&](MessageType type) {
        return *std::find_if(examples.begin(), examples.end(), [&](const Message& message) {
            return type_of(message) == type;
        });
    };
    return {
        // [1, 11, {0: h'0123456789abcdeffedcba9876543210'}]
        {example(MessageType::invite_progress), "83 01 0b a1 00" + call},
        // [1, 2, {1: h'00112233445566778899aabbccddeeff', 2: 7, 3: 86400000000000, 4: 0, 5: [...]}]
        {example(MessageType::register_ack),
         "83 01 02 a5 01" + device + "02 07 03 1b 00004e94914f0000 04 00 05" + credentials},
        // [1, 41, {1: h'00000000000000030000000000000004', 2: h'cb007105ef32'}]
        {example(MessageType::reflect_response),
         "83 01 18 29 a2 01 50 0000000000000003 0000000000000004 02 46 cb007105 ef32"},
        // [1, 1, {1: h'00112233445566778899aabbccddeeff', 2: h'00000000000000010000000000000002',
        //         3: 256, 4: ["ada@example.org", "+4915112345678"], 5: [2, h'dead'],
        //         6: 1000000000, 7: h'000000...00', 8: [...], 9: 0, 10: 2}]
        {example(MessageType::register_device),
         "83 01 01 aa 01" + device +
             "02 50 0000000000000001 0000000000000002 03 19 0100"
             "04 82 6f 616461406578616d706c652e6f7267 6e 2b34393135313132333435363738"
             "05 82 02 42 dead 06 1a 3b9aca00"
             "07 58 20 0000000000000000 0000000000000000 0000000000000000 0000000000000000 08" +
             credentials + "09 00 0a 02"},
        // [1, 17, {0: h'0123...', 1: h'0011...', 2: h'101112...27',
        //          3: {0: 1, 1: 2, 2: h'202122...3f',
        //              3: [[0, h'c0a80117c350', 2130706431],
        //                  [1, h'20010db8000000000000000000000005ef32', 200]], 4: 0}}]
        {example(MessageType::invite_accept),
         "83 01 11 a4 00" + call + "01" + device +
             "02 58 18 101112131415161718191a1b1c1d1e1f 2021222324252627 03 a5 00 01 01 02"
             "02 58 20 202122232425262728292a2b2c2d2e2f 303132333435363738393a3b3c3d3e3f"
             "03 82 83 00 46 c0a80117 c350 1a 7effffff"
             "83 01 52 20010db8000000000000000000000005 ef32 18 c8 04 00"},
    };
}

TEST(Codec, the_bytes_are_those_of_the_catalogue) {
    for (const Golden& golden : goldens()) {
        const Bytes bytes = bytes_of_hex(golden.hexadecimal);
        EXPECT_EQ(hex(encoded(golden.message)), hex(bytes)) << to_string(type_of(golden.message));
        const auto message = decode(bytes);
        ASSERT_TRUE(message) << to_string(message.error());
        EXPECT_EQ(*message, golden.message);
    }
}

TEST(Codec, an_example_of_every_message_comes_back) {
    std::set<std::size_t> alternatives;
    for (const Message& message : example_messages()) {
        const auto back = decode(encoded(message));
        ASSERT_TRUE(back) << to_string(type_of(message)) << ": " << to_string(back.error());
        EXPECT_THAT(difference(*back, message), IsEmpty());
        EXPECT_EQ(peek_call(encoded(message)), call_of(message)) << to_string(type_of(message));
        EXPECT_NE(to_string(type_of(message)), "unknown");
        alternatives.insert(message.index());
    }
    EXPECT_EQ(alternatives.size(), std::variant_size_v<Message>) << "an example is missing";
}

TEST(Codec, a_message_that_names_a_call_has_it_and_others_have_none) {
    EXPECT_EQ(call_of(InviteProgress{.call = example_call}), example_call);
    EXPECT_TRUE(call_of(ReflectRequest{}).is_none());
    EXPECT_TRUE(call_of(RegisterAck{}).is_none());
    EXPECT_EQ(type_of(ReflectRequest{}), MessageType::reflect_request);
}

TEST(Codec, a_buffer_of_just_the_right_size_is_enough) {
    for (const Message& message : example_messages()) {
        const Bytes bytes = encoded(message);
        Bytes tight(bytes.size());
        EXPECT_EQ(encode(message, tight), bytes.size());
        EXPECT_EQ(tight, bytes);
    }
}

TEST(CodecDeathTest, what_cannot_be_a_message_of_ours_is_our_bug) {
    Bytes small(10);
    EXPECT_DEATH(encode(InviteProgress{.call = example_call}, small), "holds the message");
    Bytes roomy(cluster_datagram_size_max);
    EXPECT_DEATH(encode(RegisterAck{.device = {}, .lease = Duration{-1}}, roomy), "negative");
    EXPECT_DEATH(encode(InviteRequest{}, roomy), "names somebody");
}

TEST(Codec, empty_bytes_and_other_things_are_not_messages) {
    EXPECT_EQ(verdict(""), "truncated");
    EXPECT_EQ(verdict("a0"), "wrong_type") << "a map";
    EXPECT_EQ(verdict("80"), "truncated") << "an empty array";
    EXPECT_EQ(verdict("82 01 0b"), "malformed") << "fields missing altogether";
    EXPECT_EQ(verdict("84 01 0b a0 00"), "malformed") << "an item too many";
    EXPECT_EQ(verdict("83 01 0b 80"), "wrong_type") << "fields in an array";
    EXPECT_EQ(verdict("83 01 61 41 a0"), "wrong_type") << "a text for a type";
}

TEST(Codec, other_versions_and_types_are_refused) {
    EXPECT_EQ(verdict("83 00 0b a0"), "wrong_version");
    EXPECT_EQ(verdict("83 02 0b a0"), "wrong_version");
    EXPECT_EQ(verdict("81 02"), "wrong_version") << "whatever its form may be";
    EXPECT_EQ(verdict("83 01 00 a0"), "unknown_type");
    EXPECT_EQ(verdict("83 01 18 3f a0"), "unknown_type");
    EXPECT_EQ(verdict("83 01 18 ff a0"), "unknown_type");
    EXPECT_EQ(verdict("83 01 1b ffffffffffffffff a0"), "unknown_type");
}

TEST(Codec, numbers_may_be_written_longer_than_needed) {
    const std::string call(call_hex);
    EXPECT_EQ(verdict("98 03 18 01 19 000b b8 01 18 00" + call), "fine");
    EXPECT_EQ(verdict("83 01 0b a1 00 58 10 0123456789abcdef fedcba9876543210"), "fine");
    EXPECT_EQ(verdict("83 01 0b a1 00 5b 0000000000000010 0123456789abcdef fedcba9876543210"),
              "fine");
}

TEST(Codec, trailing_bytes_are_refused) {
    EXPECT_EQ(verdict("83 01 0b a1 00" + std::string(call_hex) + "00"), "malformed");
}

TEST(Codec, fields_may_come_in_any_order) {
    const std::string failed = "83 01 0c a3 02 00 01 01 00" + std::string(call_hex);
    const auto message = decode(bytes_of_hex(failed));
    ASSERT_TRUE(message);
    EXPECT_EQ(*message,
              Message(InviteFailed{.call = example_call, .reason = FailureReason::overloaded}));
    EXPECT_EQ(peek_call(bytes_of_hex(failed)), example_call);
}

TEST(Codec, missing_and_repeated_fields_are_refused) {
    const std::string call(call_hex);
    EXPECT_EQ(verdict("83 01 0b a0"), "missing_field");
    EXPECT_EQ(verdict("83 01 0c a1 01 01"), "missing_field");
    EXPECT_EQ(verdict("83 01 0c a3 00" + call + "01 01 01 01"), "duplicate_field");
    EXPECT_EQ(verdict("83 01 0c a3 00" + call + "01 01 00" + call), "duplicate_field");
    EXPECT_EQ(verdict("83 01 0c a2 01 01 01 00"), "duplicate_field");
}

TEST(Codec, pairs_with_unknown_keys_are_skipped_with_all_that_is_in_them) {
    const std::string call(call_hex);
    // 2: {"a": [1, {2: h'0102'}], -1: 24(1.5)}, 24: null, "x": undefined, [1]: simple(255)
    const std::string unknown =
        "02 a2 61 61 82 01 a1 02 42 0102 20 d8 18 fb 3ff8000000000000"
        "18 18 f6 61 78 f7 81 01 f8 ff";
    EXPECT_EQ(verdict("83 01 0b a5 00" + call + unknown), "fine");
    EXPECT_EQ(verdict("83 01 0b a5" + unknown + "00" + call), "fine");
    EXPECT_EQ(peek_call(bytes_of_hex("83 01 0b a5" + unknown + "00" + call)), example_call);
}

TEST(Codec, unknown_pairs_inside_connection_data_are_skipped) {
    std::string accept = goldens().back().hexadecimal;
    const std::string_view before = "03 a5 00 01";
    const auto at = accept.find(before);
    accept.replace(at, before.size(), "03 a6 09 82 01 a1 01 80 00 01");
    EXPECT_EQ(verdict(accept), "fine");
}

TEST(Codec, indefinite_lengths_are_refused_everywhere) {
    const std::string call(call_hex);
    EXPECT_EQ(verdict("9f 01 0b a1 00" + call + "ff"), "malformed");
    EXPECT_EQ(verdict("83 01 0b bf 00" + call + "ff"), "malformed");
    EXPECT_EQ(verdict("83 01 0b a1 00 5f" + call + "ff"), "malformed");
    EXPECT_EQ(verdict("83 01 0b a2 00" + call + "01 9f ff"), "malformed") << "in a skipped item";
    EXPECT_EQ(verdict("83 01 0b a2 00" + call + "01 ff"), "malformed") << "a lonely break";
    EXPECT_EQ(verdict("83 01 0b a2 00" + call + "01 1c"), "malformed") << "a reserved length";
    EXPECT_EQ(verdict("83 01 0b a2 00" + call + "01 f8 10"), "malformed") << "simple(16) in two";
}

TEST(Codec, skipped_items_of_any_depth_cost_no_stack_and_lies_about_counts_end_early) {
    const std::string start = "83 01 0b a2 00" + std::string(call_hex) + "01";
    std::string deep;
    for (int i = 0; i < 100'000; ++i) {
        deep += "81";
    }
    EXPECT_EQ(verdict(start + deep + "00"), "fine");
    EXPECT_EQ(verdict(start + deep), "truncated");
    EXPECT_EQ(verdict(start + "9b ffffffffffffffff"), "truncated");
    EXPECT_EQ(verdict(start + "bb 8000000000000000"), "truncated");
    EXPECT_EQ(verdict(start + "5b ffffffffffffffff"), "truncated");
    EXPECT_EQ(verdict("83 01 0b bb ffffffffffffffff 00" + std::string(call_hex)), "truncated");
}

TEST(Codec, values_out_of_a_fields_range_are_refused) {
    const std::string call(call_hex);
    EXPECT_EQ(verdict("83 01 0c a2 00" + call + "01 02"), "out_of_range") << "no such reason";
    EXPECT_EQ(verdict("83 01 0c a2 00" + call + "01 19 0100"), "out_of_range") << "over 8 bits";
    EXPECT_EQ(verdict("83 01 0c a2 00" + call + "01 20"), "wrong_type") << "a negative number";
    EXPECT_EQ(verdict("83 01 0b a1 00 4f 0123456789abcdef fedcba98765432"), "out_of_range");
    EXPECT_EQ(verdict("83 01 0b a1 00 70 0123456789abcdef fedcba9876543210"), "wrong_type");
    const std::string ack = "83 01 02 a3 01" + std::string(device_hex) + "02";
    EXPECT_EQ(verdict(ack + "1a ffffffff 03 00"), "fine");
    EXPECT_EQ(verdict(ack + "1b 0000000100000000 03 00"), "out_of_range") << "over 32 bits";
    EXPECT_EQ(verdict(ack + "00 03 1b 7fffffffffffffff"), "fine");
    EXPECT_EQ(verdict(ack + "00 03 1b 8000000000000000"), "out_of_range") << "a span of time";
    EXPECT_EQ(verdict(ack + "00 03 20"), "wrong_type") << "a negative span of time";
}

TEST(Codec, addresses_have_six_or_eighteen_octets_or_none) {
    const std::string response = "83 01 18 29 a2 01 50 0000000000000003 0000000000000004 02";
    EXPECT_EQ(verdict(response + "46 cb007105 ef32"), "fine");
    EXPECT_EQ(verdict(response + "52 20010db8000000000000000000000005 ef32"), "fine");
    EXPECT_EQ(verdict(response + "40"), "fine");
    EXPECT_EQ(verdict(response + "44 cb007105"), "out_of_range");
    EXPECT_EQ(verdict(response + "53 20010db8000000000000000000000005 ef32 00"), "out_of_range");
    const auto none = decode(bytes_of_hex(response + "40"));
    EXPECT_TRUE(std::get<ReflectResponse>(none.value()).mapped.is_none());
}

TEST(Codec, identifiers_candidates_and_tokens_are_parsed_not_believed) {
    const std::string golden = goldens()[3].hexadecimal;
    const auto with = [&](std::string_view old_text, std::string_view new_text) {
        std::string changed = golden;
        changed.replace(changed.find(old_text), old_text.size(), new_text);
        return verdict(changed);
    };
    EXPECT_EQ(with("6f 61", "6f 20"), "out_of_range") << "a blank in an address";
    EXPECT_EQ(with("6f 61", "4f 61"), "wrong_type") << "bytes for a text";
    EXPECT_EQ(with("6e 2b", "6e 2c"), "out_of_range") << "a number without a plus sign";
    EXPECT_EQ(with("04 82", "04 84 61 61 61 61"), "out_of_range") << "too many identifiers";
    EXPECT_EQ(with("82 02 42 dead", "82 00 42 dead"), "out_of_range") << "no such provider";
    EXPECT_EQ(with("82 02 42 dead", "81 02"), "out_of_range") << "half a token";
    EXPECT_EQ(with("82 02 42 dead", "82 02 40"), "fine") << "an empty token is still a token";
}

TEST(Codec, peeking_at_what_is_not_ours_gives_no_call) {
    EXPECT_TRUE(peek_call({}).is_none());
    EXPECT_TRUE(peek_call(bytes_of_hex("83 02 0b a1 00" + std::string(call_hex))).is_none());
    EXPECT_TRUE(peek_call(bytes_of_hex("83 01 0b a1 00 50 0123")).is_none());
    EXPECT_TRUE(peek_call(bytes_of_hex("83 01 0b a1 01 9f")).is_none());
    EXPECT_TRUE(peek_call(bytes_of_hex("00")).is_none());
}

TEST(Codec, every_enumerator_has_a_name) {
    for (const auto reason : {EndReason::unknown,
                              EndReason::answered,
                              EndReason::declined,
                              EndReason::cancelled,
                              EndReason::expired}) {
        EXPECT_EQ(to_string(reason) == "unknown", reason == EndReason::unknown);
    }
    for (std::uint8_t i = 0; i <= 7; ++i) {
        EXPECT_NE(to_string(static_cast<WireError>(i)), "unknown");
    }
    EXPECT_EQ(to_string(MessageType::call_keep_alive), "CallKeepAlive");
    EXPECT_EQ(to_string(AnswerPolicy::choose), "choose");
    EXPECT_EQ(to_string(DeclineScope::everywhere), "everywhere");
    EXPECT_EQ(to_string(DeclineReason::busy), "busy");
    EXPECT_EQ(to_string(FailureReason::overloaded), "overloaded");
    EXPECT_EQ(to_string(ReflectOrigin::other_address), "other_address");
    EXPECT_EQ(to_string(LegState::failed), "failed");
}

}  // namespace
}  // namespace invitro::protocol
