#include "protocol/vocabulary/identity.hpp"

#include <fmt/format.h>

namespace invitro::protocol {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// E.164: a plus sign, a first digit that is not zero, at most 15 digits in all.
bool is_e164(std::string_view text) {
    if (text.size() < 3 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
    return std::all_of(text.begin() + 1, text.end(), is_digit);
}

// A deliberately plain reading of RFC 5321: a local part, one '@', a domain; no quoting, and
// nothing but visible ASCII. Whether mail arrives there is for the validation mail to find out.
bool is_email(std::string_view text) {
    if (text.size() > EndpointIdentifier::length_max) return false;
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 >= text.size() || at > 64) return false;
    if (text.find('@', at + 1) != std::string_view::npos) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

template <class Tag>
std::string to_string(const Id128<Tag>& id) {
    return fmt::format("{:016x}{:016x}", id.high, id.low);
}

template std::string to_string(const CallId&);
template std::string to_string(const DeviceId&);
template std::string to_string(const ProfileId&);
template std::string to_string(const TransactionId&);

Result<EndpointIdentifier> EndpointIdentifier::parse(std::string_view text) {
    EndpointIdentifier identifier;
    if (!identifier.assign(text)) {
        return fail(fmt::format(
            "\"{}\" is neither a phone number (+ and at most 15 digits) nor an email address",
            text));
    }
    return identifier;
}

bool EndpointIdentifier::assign(std::string_view text) {
    if (!is_e164(text) && !is_email(text)) return false;
    text_.assign(bytes_of(text));
    return true;
}

std::string_view to_string(PushProvider provider) {
    switch (provider) {
        case PushProvider::apns:
            return "apns";
        case PushProvider::fcm:
            return "fcm";
        case PushProvider::web_push:
            return "web_push";
    }
    return "unknown";
}

}  // namespace invitro::protocol
