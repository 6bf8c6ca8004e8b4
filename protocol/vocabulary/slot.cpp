#include "protocol/vocabulary/slot.hpp"

#include "protocol/vocabulary/bytes.hpp"

namespace invitro::protocol {

// FNV-1a, and a last mixing so that the low bits depend on all others.
Slot slot_of(const EndpointIdentifier& identifier) {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const std::uint8_t octet : bytes_of(identifier.text())) {
        hash = (hash ^ octet) * 0x100000001B3;
    }
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15;
    hash ^= hash >> 29;
    return static_cast<Slot>(hash % slot_count);
}

}  // namespace invitro::protocol
