// The right to use a relay: made by brokers, checked by relays, carried by clients.
//
// As in TURN's REST scheme (draft-uberti-behave-turn-rest), broker and relay share a key and no
// state. The broker gives a device a secret, the MAC of who it is, in which call, with whom and
// until when; the device proves that it knows the secret by the tag of each request, so the secret
// never crosses the way to the relay, which makes it anew from the request itself.
#pragma once

#include "protocol/vocabulary/entropy.hpp"
#include "protocol/wire/messages.hpp"

namespace invitro::protocol {

// The secret that goes with an offer or a request. `key` is that of brokers and relays.
RelaySecret relay_secret(const RandomValue& key,
                         const CallId& call,
                         const DeviceId& device,
                         const DeviceId& peer,
                         Duration expires);

// The tag a message must carry, whatever it carries now.
Tag128 tag_of(const RelaySecret& secret, RelayAllocate message);
Tag128 tag_of(const RelaySecret& secret, RelayGranted message);
Tag128 tag_of(const RelaySecret& secret, RelayRefused message);

template <class M>
M with_tag(const RelaySecret& secret, M message) {
    message.tag = tag_of(secret, message);
    return message;
}

}  // namespace invitro::protocol
