// What holds of the codec for every message and for every sequence of bytes.
#include "protocol/wire/any_message_test.hpp"
#include "protocol/wire/cbor.hpp"
#include "protocol/wire/codec.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include <array>
#include <vector>

namespace invitro::protocol {
namespace {

using cbor::Cursor;
using cbor::Major;

using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const Message& message) {
    Bytes bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

std::size_t room_for(const Message& message) {
    return std::visit(
        []<class M>(const M&) {
            if (std::is_same_v<M, InvitePush> || std::is_same_v<M, InviteDismiss>) {
                return push_size_max;
            }
            return is_between_brokers<M> ? cluster_datagram_size_max : datagram_size_max;
        },
        message);
}

// ---- round trips and sizes ----

TEST(CodecProperty, every_message_of_every_type_comes_back_unchanged) {
    const auto holds = rc::check("every message comes back", [] {
        for (const Message& message : any_message_of_every_type()) {
            const Bytes bytes = encoded(message);
            RC_ASSERT(bytes.size() <= room_for(message));
            const auto back = decode(bytes);
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == message);
            RC_ASSERT(peek_call(bytes) == call_of(message));
            Bytes tight(bytes.size());
            RC_ASSERT(encode(message, tight) == bytes.size());
            RC_ASSERT(tight == bytes);
        }
    });
    EXPECT_TRUE(holds);
}

TEST(CodecProperty, the_longest_message_of_every_type_fits) {
    for (const Message& message : longest_message_of_every_type()) {
        Bytes bytes(room_for(message));
        const std::size_t size = encode(message, bytes);  // aborts where it does not fit
        RecordProperty(std::string(to_string(type_of(message))), static_cast<int>(size));
        const auto back = decode(ByteView{bytes}.first(size));
        ASSERT_TRUE(back) << to_string(type_of(message)) << ": " << to_string(back.error());
        EXPECT_EQ(*back, message);
    }
}

// ---- damaged bytes ----

// Bytes from outside give an error or a message that is as its types promise, and that is the same
// after another round.
void expect_error_or_sound_message(ByteView bytes) {
    const auto message = decode(bytes);
    static_cast<void>(peek_call(bytes));
    if (!message) return;
    RC_ASSERT(is_as_its_types_promise(*message));
    const auto again = decode(encoded(*message));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *message);
}

RC_GTEST_PROP(CodecProperty, every_truncation_is_an_error, ()) {
    const Bytes bytes = encoded(any_message());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        // A copy of just that size, so that a sanitizer sees a read beyond it.
        const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        RC_ASSERT(!decode(cut).has_value());
        static_cast<void>(peek_call(cut));
    }
}

RC_GTEST_PROP(CodecProperty, every_flipped_bit_gives_an_error_or_a_sound_message, ()) {
    Bytes bytes = encoded(any_message());
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        bytes[bit / 8] ^= mask;
        expect_error_or_sound_message(bytes);
        bytes[bit / 8] ^= mask;
    }
}

RC_GTEST_PROP(CodecProperty, damaged_stretches_give_an_error_or_a_sound_message, ()) {
    Bytes bytes = encoded(any_message());
    const auto times = *rc::gen::inRange(1, 6);
    for (int i = 0; i < times; ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
        bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
    }
    expect_error_or_sound_message(bytes);
}

RC_GTEST_PROP(CodecProperty, random_bytes_give_an_error_or_a_sound_message, (Bytes bytes)) {
    expect_error_or_sound_message(bytes);
    const auto type = *rc::gen::inRange<std::uint8_t>(0, 24);
    const auto pairs = *rc::gen::inRange<std::uint8_t>(0, 8);
    const Bytes start{0x83, wire_version, type, static_cast<std::uint8_t>(0xA0 + pairs)};
    bytes.insert(bytes.begin(), start.begin(), start.end());
    expect_error_or_sound_message(bytes);
}

// ---- other ways to write the same ----

// The bytes of a message taken apart: what stands before the map's head, and each pair of the map.
struct Parts {
    Bytes envelope;
    std::vector<Bytes> pairs;
};

Parts parts_of(ByteView bytes) {
    Parts parts;
    const bool is_long_type = bytes[2] == 0x18;
    const std::size_t start = is_long_type ? 4 : 3;
    parts.envelope.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(start));
    cbor::Reader reader(bytes);
    std::uint64_t count = 0;
    Cursor at = reader.head(bytes.data() + start, Major::map, count);
    for (; count > 0; --count) {
        const Cursor end = reader.skip_item(reader.skip_item(at));
        parts.pairs.emplace_back(at, end);
        at = end;
    }
    return parts;
}

void append_head(Bytes& bytes, Major major, std::uint64_t number) {
    std::array<std::uint8_t, 9> head{};
    bytes.insert(bytes.end(), head.data(), cbor::write_head(head.data(), major, number));
}

Bytes put_together(const Parts& parts) {
    Bytes bytes = parts.envelope;
    append_head(bytes, Major::map, parts.pairs.size());
    for (const Bytes& pair : parts.pairs) {
        bytes.insert(bytes.end(), pair.begin(), pair.end());
    }
    return bytes;
}

// Any well-formed item, items within items included.
// NOLINTNEXTLINE(misc-no-recursion): as deep as it is told
void append_any_item(Bytes& bytes, int depth_max) {
    const auto major = static_cast<Major>(*rc::gen::inRange(0, 8));
    const auto count = *rc::gen::inRange<std::uint64_t>(0, depth_max > 0 ? 4 : 1);
    switch (major) {
        case Major::number:
        case Major::negative:
            append_head(bytes, major, any_number(~std::uint64_t{0}));
            break;
        case Major::bytes:
        case Major::text:
            append_head(bytes, major, count);
            bytes.insert(bytes.end(), count, 'x');
            break;
        case Major::array:
        case Major::map:
            append_head(bytes, major, count);
            for (std::uint64_t i = 0; i < count * (major == Major::map ? 2 : 1); ++i) {
                append_any_item(bytes, depth_max - 1);
            }
            break;
        case Major::tag:
            append_head(bytes, major, any_number(~std::uint64_t{0}));
            append_any_item(bytes, depth_max - 1);
            break;
        case Major::simple:
            append_head(bytes, major, *rc::gen::inRange<std::uint64_t>(20, 24));
            break;
    }
}

// A pair that no message has: a key beyond all of ours, or one that is no number at all.
Bytes any_unknown_pair() {
    Bytes pair;
    if (*rc::gen::arbitrary<bool>()) {
        append_head(pair, Major::number, 20 + any_number(1000));
    } else {
        append_head(pair, Major::text, 1);
        pair.push_back('k');
    }
    append_any_item(pair, 3);
    return pair;
}

RC_GTEST_PROP(CodecProperty, the_order_of_fields_and_unknown_pairs_change_nothing, ()) {
    const Message message = any_message();
    Parts parts = parts_of(encoded(message));
    RC_ASSERT(put_together(parts) == encoded(message));
    for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
        parts.pairs.push_back(any_unknown_pair());
    }
    for (std::size_t i = parts.pairs.size(); i > 1; --i) {
        std::swap(parts.pairs[i - 1], parts.pairs[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    const Bytes bytes = put_together(parts);
    const auto back = decode(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == message);
    RC_ASSERT(peek_call(bytes) == call_of(message));
}

RC_GTEST_PROP(CodecProperty, a_field_left_out_or_given_twice_is_an_error, ()) {
    const Parts whole = parts_of(encoded(any_message()));
    const auto index = *rc::gen::inRange<std::size_t>(0, whole.pairs.size());
    Parts twice = whole;
    const auto place = *rc::gen::inRange<std::size_t>(0, whole.pairs.size() + 1);
    twice.pairs.insert(twice.pairs.begin() + static_cast<std::ptrdiff_t>(place),
                       whole.pairs[index]);
    const auto repeated = decode(put_together(twice));
    RC_ASSERT(!repeated && repeated.error() == WireError::duplicate_field);
    Parts without = whole;
    without.pairs.erase(without.pairs.begin() + static_cast<std::ptrdiff_t>(index));
    const auto missing = decode(put_together(without));
    RC_ASSERT(!missing && missing.error() == WireError::missing_field);
}

// ---- against another implementation ----

// nlohmann's reader wants texts for keys: this gives it "3" for 3 and leaves all else as it is.

// NOLINTNEXTLINE(misc-no-recursion): as deep as our own messages
Cursor copy_item(ByteView all, Cursor at, Bytes& out, bool is_key) {
    cbor::Reader reader(all);
    const auto major = static_cast<Major>(*at >> 5);
    std::uint64_t number = 0;
    const Cursor after_head = reader.head(at, major, number);
    if (is_key) {
        const std::string text = std::to_string(number);
        append_head(out, Major::text, text.size());
        out.insert(out.end(), text.begin(), text.end());
        return after_head;
    }
    if (major != Major::array && major != Major::map) {
        const Cursor end = reader.skip_item(at);
        out.insert(out.end(), at, end);
        return end;
    }
    out.insert(out.end(), at, after_head);
    at = after_head;
    for (; number > 0; --number) {
        if (major == Major::map) at = copy_item(all, at, out, true);
        at = copy_item(all, at, out, false);
    }
    return at;
}

nlohmann::json read_by_nlohmann(const Bytes& bytes) {
    Bytes with_text_keys;
    copy_item(bytes, bytes.data(), with_text_keys, false);
    return nlohmann::json::from_cbor(with_text_keys);
}

// What a value is in JSON, said a second time and without the codec.
struct ToJson {
    template <class T>
    nlohmann::json operator()(const T& value) const {
        if constexpr (HasFields<T>) {
            auto object = nlohmann::json::object();
            for_each_field(value, [&](const auto& one, const auto& member) {
                object[std::to_string(one.key)] = (*this)(member);
            });
            return object;
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }

    nlohmann::json operator()(const Candidate& candidate) const {
        return nlohmann::json::array(
            {(*this)(candidate.kind), (*this)(candidate.address), (*this)(candidate.priority)});
    }

    nlohmann::json operator()(const PushToken& token) const {
        return nlohmann::json::array({(*this)(token.provider), (*this)(token.value)});
    }

    nlohmann::json operator()(const Duration& value) const {
        return static_cast<std::uint64_t>(value.count());
    }

    template <class Tag>
    nlohmann::json operator()(const Id128<Tag>& id) const {
        Bytes octets;
        for (int i = 0; i < 16; ++i) {
            const std::uint64_t half = i < 8 ? id.high : id.low;
            octets.push_back(static_cast<std::uint8_t>(half >> (56 - 8 * (i % 8))));
        }
        return nlohmann::json::binary(octets);
    }

    template <std::size_t size>
    nlohmann::json operator()(const std::array<std::uint8_t, size>& octets) const {
        return nlohmann::json::binary(Bytes(octets.begin(), octets.end()));
    }

    template <class T, std::size_t capacity>
    nlohmann::json operator()(const InlineVector<T, capacity>& items) const {
        if constexpr (std::is_same_v<T, std::uint8_t>) {
            return nlohmann::json::binary(Bytes(items.begin(), items.end()));
        } else {
            auto array = nlohmann::json::array();
            for (const T& item : items) {
                array.push_back((*this)(item));
            }
            return array;
        }
    }

    nlohmann::json operator()(const EndpointIdentifier& identifier) const {
        return std::string(identifier.text());
    }

    nlohmann::json operator()(const Address& address) const {
        Bytes octets;
        if (!address.is_none()) {
            const bool is_v4 = address.ip.family == IpFamily::v4;
            octets.assign(address.ip.octets.begin(), address.ip.octets.begin() + (is_v4 ? 4 : 16));
            octets.push_back(static_cast<std::uint8_t>(address.port >> 8));
            octets.push_back(static_cast<std::uint8_t>(address.port));
        }
        return nlohmann::json::binary(octets);
    }
};

TEST(CodecProperty, another_implementation_reads_the_same) {
    const auto holds = rc::check("nlohmann reads what we wrote", [] {
        for (const Message& message : any_message_of_every_type()) {
            const auto fields = std::visit(ToJson{}, message);
            const auto type = static_cast<std::uint64_t>(type_of(message));
            const auto expected = nlohmann::json::array({wire_version, type, fields});
            RC_ASSERT(read_by_nlohmann(encoded(message)) == expected);
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace invitro::protocol
