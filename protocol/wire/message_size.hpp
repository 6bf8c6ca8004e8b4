// How long a message is at most, encoded, and how long it may be.
//
// Both follow from its type alone. That every message fits, with the largest envelope around it
// (security/envelope.hpp), is asserted where the codec is compiled.
#pragma once

#include "protocol/wire/field_writer.hpp"
#include "protocol/wire/messages.hpp"

#include <cstddef>
#include <type_traits>

namespace invitro::protocol {

// What the items around a message's fields take at most: array, version, type.
inline constexpr std::size_t message_head_size_max = 4;

// Not sealed.
template <class M>
inline constexpr std::size_t message_size_max = message_head_size_max + cbor::encoded_size_max<M>;

// What a push service carries. A PossessionChallenge is mailed as well.
template <class M>
inline constexpr bool is_push =
    std::is_same_v<M, InvitePush> || std::is_same_v<M, InviteDismiss> ||
    std::is_same_v<M, TransferOffer> || std::is_same_v<M, PossessionChallenge>;

// Sealed, where it is sealed.
template <class M>
inline constexpr std::size_t message_room = is_push<M>              ? push_size_max
                                            : is_between_brokers<M> ? cluster_datagram_size_max
                                                                    : datagram_size_max;

}  // namespace invitro::protocol
