// A NAT box or firewall: a deterministic function of (state, packet, time, seed).
//
// Vocabulary and behaviour after RFC 4787 (UDP): mapping (4.1), port assignment (4.2), mapping
// refresh (4.3), filtering (5), hairpinning (6).
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::model {

using protocol::Address;
using protocol::Duration;
using protocol::Instant;

// RFC 4787 4.1 and 5: what a mapping, or a filter, depends on.
enum class Dependence : std::uint8_t {
    endpoint_independent = 0,        // EIM, EIF
    address_dependent = 1,           // ADM, ADF
    address_and_port_dependent = 2,  // APDM, APDF
};

// The twelve kinds a scenario can name: no NAT (PUB), a firewall on a public address that filters
// by address and port (FW), mapping x filtering, and all UDP blocked (BLK).
enum class NatKind : std::uint8_t {
    pub = 0,
    fw = 1,
    eim_eif = 2,
    eim_adf = 3,
    eim_apdf = 4,
    adm_eif = 5,
    adm_adf = 6,
    adm_apdf = 7,
    apdm_eif = 8,
    apdm_adf = 9,
    apdm_apdf = 10,
    blk = 11,
};

inline constexpr std::size_t nat_kind_count = 12;

// "PUB", "FW", "EIM/EIF", ..., "BLK".
std::string_view to_string(NatKind kind);
std::optional<NatKind> parse_nat_kind(std::string_view text);

// The outside ports of an address that a box hands out: 1024 to 65535.
inline constexpr std::uint16_t nat_port_count_max = 64512;

struct NatPolicy {
    NatKind kind = NatKind::pub;
    // RFC 4787 4.3: how long a mapping (or a firewall's hole) lasts without outbound traffic.
    Duration mapping_timeout = std::chrono::seconds{120};
    // RFC 4787 6: inside hosts reach each other through their outside addresses.
    bool hairpinning = true;
    // How many outside ports there are, from 1024 up: a small number stands for a subscriber's
    // share of an address (RFC 6888 REQ-4).
    std::uint16_t port_count = nat_port_count_max;

    auto operator<=>(const NatPolicy&) const = default;
};

// True where inside hosts have addresses of their own that differ from the outside one.
constexpr bool translates(NatKind kind) {
    return kind != NatKind::pub && kind != NatKind::fw && kind != NatKind::blk;
}

// What the kind's mappings (RFC 4787 4.1) and its filter (5) depend on. A firewall on a public
// address keeps one state per inside endpoint and filters by address and port. The nine kinds are
// numbered by mapping, then filtering. Precondition: neither pub nor blk, which keep no state.
constexpr Dependence mapping_of(NatKind kind) {
    if (kind == NatKind::fw) return Dependence::endpoint_independent;
    return static_cast<Dependence>((static_cast<int>(kind) - 2) / 3);
}

constexpr Dependence filtering_of(NatKind kind) {
    if (kind == NatKind::fw) return Dependence::address_and_port_dependent;
    return static_cast<Dependence>((static_cast<int>(kind) - 2) % 3);
}

// Why a packet did not pass.
enum class NatRefusal : std::uint8_t {
    blocked = 0,     // all UDP is
    no_mapping = 1,  // nobody inside has this outside address (any more)
    filtered = 2,    // the inside host has not sent to this source (lately)
    no_port = 3,     // no outside port found for a new mapping
    no_hairpin = 4,  // from inside to inside by outside addresses, where that is refused
};

std::string_view to_string(NatRefusal refusal);

// A world may have a million of these: one without traffic owns nothing on the heap, and one with
// a mapping owns one block. It serves a home or an office; with thousands of hosts behind it, it
// works, but a packet takes time proportional to the sessions there are.
//
// What it keeps are sessions: who inside has sent to whom, through which outside port, and when
// last. A mapping is the sessions of one inside endpoint with equal parts of the remote (as far as
// the mapping depends on it); they share an outside port, and the mapping lives while one of them
// does. A filter is the same sessions looked at from outside, so that its state is per mapping.
//
// Invariants: an outside port belongs to at most one living mapping; what has expired is never
// used, and is dropped no later than when a session is added.
class NatBox {
public:
    NatBox(const NatPolicy& policy, const protocol::IpAddress& outside, std::uint64_t seed);

    bool operator==(const NatBox&) const = default;

    struct Passed {
        Address source;
        Address destination;

        bool operator==(const Passed&) const = default;
    };

    // A packet from an inside host to the world. What passes leaves with `source` translated.
    // Opens or refreshes the mapping and its filter. What leaves for the box's own outside address
    // comes back through inbound(): that is hairpinning. `refusal` is written where nothing passes.
    std::optional<Passed> outbound(Instant now,
                                   const Address& source,
                                   const Address& destination,
                                   NatRefusal& refusal);

    // A packet from the world to one of our outside addresses. What passes has `destination` set to
    // the inside host. `refusal` is written where nothing passes.
    std::optional<Passed> inbound(Instant now,
                                  const Address& source,
                                  const Address& destination,
                                  NatRefusal& refusal);

    [[nodiscard]] NatPolicy policy() const {
        return {.kind = kind_,
                .mapping_timeout = mapping_timeout_,
                .hairpinning = hairpinning_,
                .port_count = port_count_};
    }

    // Mappings (for a firewall: inside endpoints with a hole) that have not expired.
    [[nodiscard]] std::size_t mapping_count(Instant now) const;

    // A reboot: all mappings are gone.
    void flush();

private:
    struct Session {
        Address inside;
        Address remote;  // as far as mapping or filter depend on it; the rest is zero
        std::uint16_t outside_port = 0;
        Instant last_outbound{};

        bool operator==(const Session&) const = default;
    };

    [[nodiscard]] bool is_alive(const Session& session, Instant now) const;
    [[nodiscard]] std::size_t lower_bound(const Address& inside, const Address& remote) const;
    [[nodiscard]] std::optional<std::uint16_t> port_of_mapping(const Address& inside,
                                                               const Address& remote) const;
    [[nodiscard]] std::optional<std::uint16_t> draw_port(Instant now,
                                                         const Address& inside,
                                                         const Address& remote) const;
    [[nodiscard]] bool is_port_taken(std::uint16_t port) const;
    std::optional<std::uint16_t> use_session(Instant now,
                                             const Address& source,
                                             const Address& destination);
    std::optional<Passed> through_firewall(Instant now,
                                           const Address& source,
                                           const Address& destination,
                                           NatRefusal& refusal) const;
    std::optional<Passed> through_mapping(Instant now,
                                          const Address& source,
                                          const Address& destination,
                                          NatRefusal& refusal) const;

    Duration mapping_timeout_;
    std::uint64_t seed_;
    std::vector<Session> sessions_;  // sorted by inside, then remote
    protocol::IpAddress outside_;
    NatKind kind_;
    bool hairpinning_;
    std::uint16_t port_count_;
};

static_assert(sizeof(NatBox) <= 64);

}  // namespace invitro::model
