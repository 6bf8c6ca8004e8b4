// Who is at the two ends of a path, and the tags that prove it.
//
// Both ends know both call keys: each made its own and got the other's with the connection data.
// The path key is derived from the two, initiator's first; every check, response and session
// message carries a tag under it, over all of its fields (rule 5, "authenticated traffic"; RFC
// 8445 7.2 uses STUN's short-term credentials for the same). A message's sender is part of what is
// tagged, so a message sent back to its author never passes for the peer's.
#pragma once

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/messages.hpp"

#include <tuple>

namespace invitro::protocol {

struct PathIdentity {
    CallId call;
    DeviceId self;
    DeviceId peer;  // none at a recipient that has not heard its initiator yet
    RandomValue key;
    CallKey own_key{};       // of which `key` was made, with the peer's: for another leg
    CallKey peer_key{};      // of the session
    bool initiates = false;  // this side is the call's initiator, and nominates

    bool operator==(const PathIdentity&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &PathIdentity::call),
                          field("self", &PathIdentity::self),
                          field("peer", &PathIdentity::peer),
                          field("key", &PathIdentity::key),
                          field("own_key", &PathIdentity::own_key),
                          field("peer_key", &PathIdentity::peer_key),
                          field("initiates", &PathIdentity::initiates)};
    }

    // Whether a message of this call from this sender may be the peer's.
    [[nodiscard]] bool concerns(const CallId& message_call, const DeviceId& sender) const {
        return message_call == call && sender != self && (peer.is_none() || peer == sender);
    }
};

RandomValue derive_path_key(const CallKey& initiator, const CallKey& recipient);

// The tag a message must carry, whatever it carries now.
Tag128 tag_of(const RandomValue& key, const Check& message);
Tag128 tag_of(const RandomValue& key, const CheckResponse& message);
Tag128 tag_of(const RandomValue& key, const Nominate& message);
Tag128 tag_of(const RandomValue& key, const NominateResponse& message);
Tag128 tag_of(const RandomValue& key, const SessionData& message);
Tag128 tag_of(const RandomValue& key, const SessionClose& message);
Tag128 tag_of(const RandomValue& key, const LegOffer& message);
Tag128 tag_of(const RandomValue& key, const LegAnswer& message);

// Compares in a time that does not depend on where two tags differ.
bool equal_tags(const Tag128& a, const Tag128& b);

template <class M>
bool is_authentic(const RandomValue& key, const M& message) {
    return equal_tags(message.tag, tag_of(key, message));
}

template <class M>
M with_tag(const RandomValue& key, M message) {
    message.tag = tag_of(key, message);
    return message;
}

}  // namespace invitro::protocol
