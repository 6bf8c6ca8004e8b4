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

struct NatPolicy {
    NatKind kind = NatKind::pub;
    // RFC 4787 4.3: how long a mapping (or a firewall's hole) lasts without outbound traffic.
    Duration mapping_timeout = std::chrono::seconds{120};
    // RFC 4787 6: inside hosts reach each other through their outside addresses.
    bool hairpinning = true;

    auto operator<=>(const NatPolicy&) const = default;
};

// True where inside hosts have addresses of their own that differ from the outside one.
constexpr bool translates(NatKind kind) {
    return kind != NatKind::pub && kind != NatKind::fw && kind != NatKind::blk;
}

// What the kind's mappings and its filter depend on. A firewall on a public address keeps one state
// per inside endpoint and filters by address and port. Precondition: not pub, not blk.
Dependence mapping_of(NatKind kind);
Dependence filtering_of(NatKind kind);

// Why a packet did not pass.
enum class NatRefusal : std::uint8_t {
    blocked = 0,     // all UDP is
    no_mapping = 1,  // nobody inside has this outside address (any more)
    filtered = 2,    // the inside host has not sent to this source (lately)
    no_port = 3,     // no outside port found for a new mapping
    no_hairpin = 4,  // from inside to inside by outside addresses, where that is refused
};

std::string_view to_string(NatRefusal refusal);

// A world may have a million of these: one without traffic owns nothing on the heap. It serves a
// home or an office; a box with thousands of hosts behind it works, but opening a mapping takes
// time proportional to the mappings there are.
//
// Invariants: an outside port belongs to at most one mapping; a mapping's filter lists only
// endpoints the inside host has sent to through it; what has expired is never used, and is dropped
// no later than when something of its kind is added.
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
        return {.kind = kind_, .mapping_timeout = mapping_timeout_, .hairpinning = hairpinning_};
    }

    // Mappings (for a firewall: inside endpoints with a hole) that have not expired.
    [[nodiscard]] std::size_t mapping_count(Instant now) const;

    // A reboot: all mappings are gone.
    void flush();

private:
    // An endpoint that may send in, because the inside host has sent to it.
    struct Permission {
        Address remote;  // port 0 where the filter does not look at ports
        Instant last_outbound{};

        bool operator==(const Permission&) const = default;
    };

    struct Mapping {
        Address inside;
        Address remote;  // what the mapping depends on: none, address only, or address and port
        std::uint16_t outside_port = 0;
        Instant last_outbound{};
        std::vector<Permission> permitted;  // sorted by remote

        bool operator==(const Mapping&) const = default;
    };

    // Who has an outside port: `mapping` is an index into mappings_.
    struct PortOwner {
        std::uint16_t port = 0;
        std::uint16_t mapping = 0;

        bool operator==(const PortOwner&) const = default;
    };

    [[nodiscard]] bool is_alive(Instant last_outbound, Instant now) const;
    [[nodiscard]] std::size_t lower_bound(const Address& inside, const Address& remote) const;
    [[nodiscard]] std::size_t port_lower_bound(std::uint16_t port) const;
    [[nodiscard]] const Mapping* find_inbound(const Address& destination) const;
    [[nodiscard]] bool may_enter(Instant now, const Mapping& mapping, const Address& source) const;
    Mapping* find_or_open(Instant now, const Address& source, const Address& destination);
    Mapping* open(Instant now, const Address& inside, const Address& remote);
    [[nodiscard]] std::optional<std::uint16_t> draw_port(Instant now,
                                                         const Address& inside,
                                                         const Address& remote) const;
    void index_port(std::uint16_t port, std::size_t mapping);
    void drop_expired(Instant now);
    void permit(Instant now, Mapping& mapping, const Address& destination) const;

    Duration mapping_timeout_;
    std::uint64_t seed_;
    std::vector<Mapping> mappings_;  // sorted by inside, then remote
    std::vector<PortOwner> ports_;   // sorted by port; empty for a firewall
    protocol::IpAddress outside_;
    NatKind kind_;
    bool hairpinning_;
};

static_assert(sizeof(NatBox) <= 96);

}  // namespace invitro::model
