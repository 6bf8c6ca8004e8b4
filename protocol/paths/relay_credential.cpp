#include "protocol/paths/relay_credential.hpp"

#include "protocol/vocabulary/leaf.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <array>

namespace invitro::protocol {
namespace {

RandomValue key_from(const RelaySecret& secret) {
    RandomValue key;
    std::copy(secret.begin(), secret.end(), key.octets.begin());
    return key;
}

// Everything that the message says, as it is said: its bytes without the tag.
template <class M>
Tag128 tag_over(const RelaySecret& secret, M& message) {
    message.tag = {};
    std::array<std::uint8_t, 256> bytes{};
    const std::size_t size = encode_message(message, bytes);
    return authenticate(key_from(secret), {bytes.data(), size});
}

}  // namespace

RelaySecret relay_secret(const RandomValue& key,
                         const CallId& call,
                         const DeviceId& device,
                         const DeviceId& peer,
                         Duration expires) {
    std::vector<std::uint8_t> subject;
    subject.reserve(64);
    leaf::put(subject, call);
    leaf::put(subject, device);
    leaf::put(subject, peer);
    leaf::put(subject, expires);
    return authenticate(key, subject);
}

Tag128 tag_of(const RelaySecret& secret, RelayAllocate message) {
    return tag_over(secret, message);
}

Tag128 tag_of(const RelaySecret& secret, RelayGranted message) {
    return tag_over(secret, message);
}

Tag128 tag_of(const RelaySecret& secret, RelayRefused message) {
    return tag_over(secret, message);
}

}  // namespace invitro::protocol
