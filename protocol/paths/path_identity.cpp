#include "protocol/paths/path_identity.hpp"

#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <array>

namespace invitro::protocol {
namespace {

// The bytes a tag is made over: fields of fixed width, one after the other.
class TaggedBytes {
public:
    explicit TaggedBytes(MessageType type) { add_number(static_cast<std::uint8_t>(type), 1); }

    template <class Tag>
    TaggedBytes& add(const Id128<Tag>& id) {
        add_number(id.high, 8);
        return add_number(id.low, 8);
    }

    TaggedBytes& add(const Address& address) {
        add_number(static_cast<std::uint8_t>(address.ip.family), 1);
        for (const std::uint8_t octet : address.ip.octets) {
            add_number(octet, 1);
        }
        return add_number(address.port, 2);
    }

    TaggedBytes& add(std::uint32_t number) { return add_number(number, 4); }

    [[nodiscard]] Tag128 authenticated(const RandomValue& key) const {
        return authenticate(key, {bytes_.data(), size_});
    }

private:
    TaggedBytes& add_number(std::uint64_t number, unsigned octets) {
        for (unsigned i = 0; i < octets; ++i) {
            bytes_[size_++] = static_cast<std::uint8_t>(number >> (8 * i));
        }
        return *this;
    }

    std::array<std::uint8_t, 96> bytes_{};
    std::size_t size_ = 0;
};

template <MessageType type>
Tag128 path_message_tag(const RandomValue& key, const PathMessage<type>& message) {
    return TaggedBytes(type)
        .add(message.call)
        .add(message.sender)
        .add(message.sequence)
        .authenticated(key);
}

}  // namespace

RandomValue derive_path_key(const CallKey& initiator, const CallKey& recipient) {
    std::array<std::uint8_t, sizeof(CallKey) + 1> message{};
    std::copy(recipient.begin(), recipient.end(), message.begin());
    const Tag128 first = authenticate({initiator}, message);
    message.back() = 1;
    const Tag128 second = authenticate({initiator}, message);
    RandomValue key;
    std::copy(first.begin(), first.end(), key.octets.begin());
    std::copy(second.begin(), second.end(), key.octets.begin() + first.size());
    return key;
}

Tag128 tag_of(const RandomValue& key, const Check& message) {
    return TaggedBytes(Check::type)
        .add(message.call)
        .add(message.sender)
        .add(message.transaction)
        .add(message.priority)
        .authenticated(key);
}

Tag128 tag_of(const RandomValue& key, const CheckResponse& message) {
    return TaggedBytes(CheckResponse::type)
        .add(message.call)
        .add(message.sender)
        .add(message.transaction)
        .add(message.mapped)
        .authenticated(key);
}

Tag128 tag_of(const RandomValue& key, const Nominate& message) {
    return path_message_tag(key, message);
}

Tag128 tag_of(const RandomValue& key, const NominateResponse& message) {
    return path_message_tag(key, message);
}

Tag128 tag_of(const RandomValue& key, const SessionData& message) {
    return path_message_tag(key, message);
}

Tag128 tag_of(const RandomValue& key, const SessionClose& message) {
    return path_message_tag(key, message);
}

// Over the encoded message with no tag in it: connection data has no fixed width.
Tag128 tag_of(const RandomValue& key, const LegOffer& message) {
    LegOffer untagged = message;
    untagged.tag = {};
    std::array<std::uint8_t, datagram_size_max> bytes{};
    return authenticate(key, {bytes.data(), encode_message(untagged, bytes)});
}

Tag128 tag_of(const RandomValue& key, const LegAnswer& message) {
    return TaggedBytes(LegAnswer::type)
        .add(message.call)
        .add(message.sender)
        .add(message.sequence)
        .add(message.leg)
        .add(static_cast<std::uint32_t>(message.state))
        .authenticated(key);
}

bool equal_tags(const Tag128& a, const Tag128& b) {
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

}  // namespace invitro::protocol
