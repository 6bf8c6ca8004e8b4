// A NAT small enough to be checked by eye, for tests: mapping and filtering in the words of RFC
// 4787, filter state kept per mapping, a new port for each mapping, nothing ever expires.
#pragma once

#include "protocol/vocabulary/address.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace invitro::protocol::client_testing {

enum class Mapping { none, endpoint_independent, address_dependent, port_dependent };
enum class Filtering { endpoint_independent, address_dependent, port_dependent, everything };

struct NatKind {
    std::string name;
    Mapping mapping = Mapping::none;
    Filtering filtering = Filtering::endpoint_independent;
};

// All kinds a pair of devices is tried behind. PUB has no NAT, FW a public address behind a
// firewall, BLK lets no datagram of peers through.
inline std::vector<NatKind> nat_kinds() {
    using M = Mapping;
    using F = Filtering;
    return {{"PUB", M::none, F::endpoint_independent},
            {"FW", M::none, F::port_dependent},
            {"EIM/EIF", M::endpoint_independent, F::endpoint_independent},
            {"EIM/ADF", M::endpoint_independent, F::address_dependent},
            {"EIM/APDF", M::endpoint_independent, F::port_dependent},
            {"ADM/EIF", M::address_dependent, F::endpoint_independent},
            {"ADM/ADF", M::address_dependent, F::address_dependent},
            {"ADM/APDF", M::address_dependent, F::port_dependent},
            {"APDM/EIF", M::port_dependent, F::endpoint_independent},
            {"APDM/ADF", M::port_dependent, F::address_dependent},
            {"APDM/APDF", M::port_dependent, F::port_dependent},
            {"BLK", M::none, F::everything}};
}

class SimpleNat {
public:
    // One inside address, seen outside under `outside`.
    SimpleNat(NatKind kind, Address inside, IpAddress outside)
        : kind_(std::move(kind)), inside_(inside), outside_(outside) {}

    // Every mapping and every hole is gone.
    void flush() {
        ports_.clear();
        contacted_.clear();
    }

    // The source under which a datagram to `destination` leaves.
    Address outbound(const Address& destination) {
        if (kind_.mapping == Mapping::none) {
            contacted_[inside_.port].insert(destination);
            return inside_;
        }
        const auto [found, is_new] = ports_.try_emplace(mapping_key(destination), next_port_);
        if (is_new) next_port_ = static_cast<std::uint16_t>(next_port_ + 7);
        contacted_[found->second].insert(destination);
        return {.ip = outside_, .port = found->second};
    }

    // Whether a datagram from `source` to this outside address gets in.
    [[nodiscard]] bool lets_in(const Address& source, const Address& destination) const {
        const auto contacted = contacted_.find(destination.port);
        const bool is_open = contacted != contacted_.end();
        switch (kind_.filtering) {
            case Filtering::everything:
                return false;
            case Filtering::endpoint_independent:
                return is_open || kind_.mapping == Mapping::none;
            case Filtering::port_dependent:
                return is_open && contacted->second.contains(source);
            case Filtering::address_dependent:
                break;
        }
        if (!is_open) return false;
        for (const Address& address : contacted->second) {
            if (address.ip == source.ip) return true;
        }
        return false;
    }

    [[nodiscard]] bool owns(const Address& destination) const {
        return destination.ip == (kind_.mapping == Mapping::none ? inside_.ip : outside_);
    }

    [[nodiscard]] const Address& inside() const { return inside_; }

private:
    [[nodiscard]] Address mapping_key(Address destination) const {
        if (kind_.mapping == Mapping::endpoint_independent) return {};
        if (kind_.mapping == Mapping::address_dependent) destination.port = 0;
        return destination;
    }

    NatKind kind_;
    Address inside_;
    IpAddress outside_;
    std::uint16_t next_port_ = 20'000;
    std::map<Address, std::uint16_t> ports_;
    std::map<std::uint16_t, std::set<Address>> contacted_;
};

}  // namespace invitro::protocol::client_testing
