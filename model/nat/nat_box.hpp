// A NAT box or firewall: a deterministic function of (state, packet, time, seed).
//
// Vocabulary and behaviour after RFC 4787 (UDP): mapping (4.1), port assignment (4.2), mapping
// refresh (4.3), filtering (5), hairpinning (6).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/time.hpp"

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
    pub = 0, fw = 1,
    eim_eif = 2, eim_adf = 3, eim_apdf = 4,
    adm_eif = 5, adm_adf = 6, adm_apdf = 7,
    apdm_eif = 8, apdm_adf = 9, apdm_apdf = 10,
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

// Why a packet did not pass.
enum class NatRefusal : std::uint8_t { blocked = 0, no_mapping = 1, filtered = 2, no_port = 3, no_hairpin = 4 };

std::string_view to_string(NatRefusal refusal);

// Invariants: an outside port belongs to at most one mapping; a mapping's filter lists only
// endpoints the inside host has sent to through it; expired mappings are never used.
class NatBox {
public:
    NatBox(const NatPolicy& policy, const protocol::IpAddress& outside, std::uint64_t seed);

    struct Passed {
        Address source;
        Address destination;
    };

    // A packet from an inside host to the world. What passes leaves with `source` translated.
    // Opens or refreshes the mapping and its filter.
    std::optional<Passed> outbound(Instant now, const Address& source, const Address& destination,
                                   NatRefusal& refusal);

    // A packet from the world to one of our outside addresses. What passes has `destination` set to
    // the inside host.
    std::optional<Passed> inbound(Instant now, const Address& source, const Address& destination,
                                  NatRefusal& refusal);

    [[nodiscard]] const NatPolicy& policy() const { return policy_; }

    [[nodiscard]] std::size_t mapping_count(Instant now) const;

    // A reboot: all mappings are gone.
    void flush();

private:
    struct Mapping {
        Address inside;
        Address remote;  // what the mapping depends on: none, address only, or address and port
        std::uint16_t outside_port = 0;
        Instant last_outbound{};
        std::vector<Address> permitted;  // endpoints sent to through this mapping
    };

    NatPolicy policy_;
    protocol::IpAddress outside_;
    std::uint64_t seed_;
    std::vector<Mapping> mappings_;
};

}  // namespace invitro::model
