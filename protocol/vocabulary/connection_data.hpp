// Connection data: what one side of a call needs in order to reach the other directly.
//
// Claim 1 calls it "connection data" of the initiator and of each accepting device. Candidates are
// those of RFC 8445 (5.1.1), the NAT behaviour is in the words of RFC 4787 (4.1, 5).
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace invitro::protocol {

// Where a candidate comes from. The numbers are on the wire.
enum class CandidateKind : std::uint8_t {
    host = 0,
    server_reflexive = 1,
    peer_reflexive = 2,
    relayed = 3
};

std::string_view to_string(CandidateKind kind);

// One address at which a device may be reached.
struct Candidate {
    CandidateKind kind = CandidateKind::host;
    Address address;
    std::uint32_t priority = 0;  // larger is tried first, RFC 8445 5.1.2

    auto operator<=>(const Candidate&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("kind", &Candidate::kind),
                          field("address", &Candidate::address),
                          field("priority", &Candidate::priority)};
    }
};

// RFC 8445 5.1.2.1 with one component: 2^24 * type preference + 2^8 * local preference + 255.
std::uint32_t candidate_priority(CandidateKind kind, std::uint16_t local_preference);

// How a device's NAT maps, as two reflectors saw it (RFC 4787, 4.1).
enum class MappingBehaviour : std::uint8_t {
    unknown = 0,
    none = 1,
    endpoint_independent = 2,
    dependent = 3,  // on the address, and perhaps on the port
    address_dependent = 4,
    address_and_port_dependent = 5
};

std::string_view to_string(MappingBehaviour behaviour);

constexpr bool is_dependent(MappingBehaviour behaviour) {
    return behaviour >= MappingBehaviour::dependent;
}

// From whom its NAT or firewall lets datagrams in (RFC 4787, 5).
enum class FilteringBehaviour : std::uint8_t {
    unknown = 0,
    endpoint_independent = 1,
    address_dependent = 2,
    address_and_port_dependent = 3
};

std::string_view to_string(FilteringBehaviour behaviour);

// A key made for one call: from those of both peers comes the one that authenticates checks and
// session data. It travels in clear until connection data is sealed.
using CallKey = std::array<std::uint8_t, 32>;

template <>
inline constexpr FieldKind field_kind<CallKey> = FieldKind::random;

struct ConnectionData {
    static constexpr std::size_t candidates_max = 8;

    std::uint32_t generation = 0;  // grows with every change; the newest wins
    MappingBehaviour mapping = MappingBehaviour::unknown;
    CallKey key{};
    InlineVector<Candidate, candidates_max> candidates;
    FilteringBehaviour filtering = FilteringBehaviour::unknown;

    auto operator<=>(const ConnectionData&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "generation", &ConnectionData::generation),
                          field(1, "mapping", &ConnectionData::mapping),
                          field(2, "key", &ConnectionData::key),
                          field(3, "candidates", &ConnectionData::candidates),
                          field(4, "filtering", &ConnectionData::filtering)};
    }
};

}  // namespace invitro::protocol
