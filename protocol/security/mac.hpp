// Message authentication codes under the cluster's MAC key: tickets, credentials, whatever the
// broker hands out and wants to know again.
//
//     const Tag128 tag = Mac(cluster_key, MacUse::ticket).add(call).add(device).add(expiry).tag();
//
// Each use has a key of its own, so a tag made for one is never good for another, and fields have
// fixed widths or say their length, so that no two lists of fields give the same bytes.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>

namespace invitro::protocol {

// What a tag is for. Numbers are never reused.
enum class MacUse : std::uint8_t { ticket = 1, credential = 2, relay = 3 };

class Mac {
public:
    // The longest list of fields, in bytes.
    static constexpr std::size_t size_max = 1024;

    Mac(const RandomValue& cluster_key, MacUse use);

    Mac& add(std::uint64_t number);

    Mac& add(Instant at) { return add(static_cast<std::uint64_t>(nanoseconds(at))); }

    template <class Tag>
    Mac& add(const Id128<Tag>& id) {
        return add(id.high).add(id.low);
    }

    // Bytes of any length, behind it.
    Mac& add(ByteView bytes);

    [[nodiscard]] Tag128 tag() const;

private:
    RandomValue key_;
    InlineBytes<size_max> message_;
};

// Equal? Takes the same time wherever the two differ, so that nothing is guessed byte by byte.
[[nodiscard]] bool is_same_secret(ByteView a, ByteView b);

}  // namespace invitro::protocol
