// Who is who: identifiers, profiles, devices, push tokens, calls.
//
// An *endpoint identifier* is what a caller dials: an E.164 phone number or an email address. A
// *profile* is an account that owns identifiers and devices. A *push token* locates one device at
// one push provider. One identifier has many tokens, one token serves many identifiers.
// (Claim 1 of US 2012/0117250 A1: "endpoint identifier", "push token".)
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace invitro::protocol {

// 128 bits that name one thing of the kind `Tag`; all zero means "none".
template <class Tag>
struct Id128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Id128&) const = default;

    [[nodiscard]] bool is_none() const { return high == 0 && low == 0; }
};

// One attempt to reach an identifier; drawn at random by the initiating device, and its idempotency
// key at the broker.
using CallId = Id128<struct CallIdTag>;
// One device, whatever its tokens and identifiers are at the moment.
using DeviceId = Id128<struct DeviceIdTag>;
// One account.
using ProfileId = Id128<struct ProfileIdTag>;
// One request that wants an answer: a reflection, a connectivity check.
using TransactionId = Id128<struct TransactionIdTag>;

// 32 hexadecimal digits.
template <class Tag>
std::string to_string(const Id128<Tag>& id);

// What was dialled: "+4915112345678" (E.164: '+' and at most 15 digits) or "ada@example.org"
// (at most 254 octets, RFC 5321 4.5.3.1). A default-constructed one is empty and names nobody.
class EndpointIdentifier {
public:
    EndpointIdentifier() = default;

    // Errors: neither a phone number nor an email address.
    static Result<EndpointIdentifier> parse(std::string_view text);

    // Becomes what `text` names, without allocating; false, and unchanged, if that is nobody.
    [[nodiscard]] bool assign(std::string_view text);

    [[nodiscard]] std::string_view text() const { return text_of(text_.view()); }

    [[nodiscard]] bool empty() const { return text_.empty(); }

    [[nodiscard]] bool is_phone() const { return !empty() && text_[0] == '+'; }

    auto operator<=>(const EndpointIdentifier&) const = default;

    static constexpr std::size_t length_max = 254;

private:
    InlineBytes<length_max> text_;
};

// Which push service a token belongs to. The numbers are on the wire.
enum class PushProvider : std::uint8_t { apns = 1, fcm = 2, web_push = 3 };

std::string_view to_string(PushProvider provider);

// Locates one device at one push provider; opaque to us.
struct PushToken {
    static constexpr std::size_t length_max = 256;

    PushProvider provider = PushProvider::apns;
    InlineBytes<length_max> value;

    auto operator<=>(const PushToken&) const = default;
};

}  // namespace invitro::protocol
