#include "model/nat/nat_box.hpp"

#include "model/draw.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <tuple>

namespace invitro::model {
namespace {

// RFC 4787 4.2, REQ-3: an inside port of 1024 or more gets an outside port of 1024 or more. Our
// hosts use no others.
constexpr std::uint32_t port_min = 1024;
constexpr std::uint32_t port_count = 65536 - port_min;

// A box gives up after so many random ports that were all taken, like Linux's (nf_nat_core.c).
constexpr std::uint32_t port_attempts_max = 128;

// The part of an endpoint that something depends on, so that equal parts compare equal.
Address part(const Address& endpoint, Dependence dependence) {
    switch (dependence) {
        case Dependence::endpoint_independent:
            return {};
        case Dependence::address_dependent:
            return {.ip = endpoint.ip, .port = 0};
        case Dependence::address_and_port_dependent:
            return endpoint;
    }
    return {};
}

std::uint64_t eight_octets(const protocol::IpAddress& ip, std::size_t from) {
    std::uint64_t number = 0;
    for (std::size_t i = from; i < from + 8; ++i)
        number = (number << 8) | ip.octets[i];
    return number;
}

std::uint64_t address_key(const Address& address) {
    return mix(mix(eight_octets(address.ip, 0)) ^ eight_octets(address.ip, 8)) ^ address.port;
}

}  // namespace

std::string_view to_string(NatKind kind) {
    switch (kind) {
        case NatKind::pub:
            return "PUB";
        case NatKind::fw:
            return "FW";
        case NatKind::eim_eif:
            return "EIM/EIF";
        case NatKind::eim_adf:
            return "EIM/ADF";
        case NatKind::eim_apdf:
            return "EIM/APDF";
        case NatKind::adm_eif:
            return "ADM/EIF";
        case NatKind::adm_adf:
            return "ADM/ADF";
        case NatKind::adm_apdf:
            return "ADM/APDF";
        case NatKind::apdm_eif:
            return "APDM/EIF";
        case NatKind::apdm_adf:
            return "APDM/ADF";
        case NatKind::apdm_apdf:
            return "APDM/APDF";
        case NatKind::blk:
            return "BLK";
    }
    return "unknown";
}

std::optional<NatKind> parse_nat_kind(std::string_view text) {
    for (std::size_t i = 0; i < nat_kind_count; ++i) {
        const auto kind = static_cast<NatKind>(i);
        if (to_string(kind) == text) return kind;
    }
    return std::nullopt;
}

std::string_view to_string(NatRefusal refusal) {
    switch (refusal) {
        case NatRefusal::blocked:
            return "blocked";
        case NatRefusal::no_mapping:
            return "no_mapping";
        case NatRefusal::filtered:
            return "filtered";
        case NatRefusal::no_port:
            return "no_port";
        case NatRefusal::no_hairpin:
            return "no_hairpin";
    }
    return "unknown";
}

// RFC 4787 4.1. A firewall translates nothing, so that one state per inside endpoint is enough.
Dependence mapping_of(NatKind kind) {
    switch (kind) {
        case NatKind::pub:
        case NatKind::blk:
            break;
        case NatKind::fw:
        case NatKind::eim_eif:
        case NatKind::eim_adf:
        case NatKind::eim_apdf:
            return Dependence::endpoint_independent;
        case NatKind::adm_eif:
        case NatKind::adm_adf:
        case NatKind::adm_apdf:
            return Dependence::address_dependent;
        case NatKind::apdm_eif:
        case NatKind::apdm_adf:
        case NatKind::apdm_apdf:
            return Dependence::address_and_port_dependent;
    }
    CHECK(false, "a box that keeps no state has no mappings");
    return {};
}

// RFC 4787 5.
Dependence filtering_of(NatKind kind) {
    switch (kind) {
        case NatKind::pub:
        case NatKind::blk:
            break;
        case NatKind::eim_eif:
        case NatKind::adm_eif:
        case NatKind::apdm_eif:
            return Dependence::endpoint_independent;
        case NatKind::eim_adf:
        case NatKind::adm_adf:
        case NatKind::apdm_adf:
            return Dependence::address_dependent;
        case NatKind::fw:
        case NatKind::eim_apdf:
        case NatKind::adm_apdf:
        case NatKind::apdm_apdf:
            return Dependence::address_and_port_dependent;
    }
    CHECK(false, "a box that keeps no state has no filter");
    return {};
}

NatBox::NatBox(const NatPolicy& policy, const protocol::IpAddress& outside, std::uint64_t seed)
    : mapping_timeout_(policy.mapping_timeout),
      seed_(seed),
      outside_(outside),
      kind_(policy.kind),
      hairpinning_(policy.hairpinning) {}

std::optional<NatBox::Passed> NatBox::outbound(Instant now,
                                               const Address& source,
                                               const Address& destination,
                                               NatRefusal& refusal) {
    const auto refuse = [&](NatRefusal why) {
        refusal = why;
        return std::nullopt;
    };
    if (kind_ == NatKind::blk) return refuse(NatRefusal::blocked);
    if (kind_ == NatKind::pub) return Passed{.source = source, .destination = destination};
    const bool is_hairpin = translates(kind_) && destination.ip == outside_;
    if (is_hairpin && !hairpinning_) return refuse(NatRefusal::no_hairpin);

    Mapping* mapping = find_or_open(now, source, destination);
    if (mapping == nullptr) return refuse(NatRefusal::no_port);
    // 4.3, REQ-6: outbound traffic refreshes the mapping.
    mapping->last_outbound = now;
    permit(now, *mapping, destination);
    if (!translates(kind_)) return Passed{.source = source, .destination = destination};
    return Passed{.source = {.ip = outside_, .port = mapping->outside_port},
                  .destination = destination};
}

std::optional<NatBox::Passed> NatBox::inbound(Instant now,
                                              const Address& source,
                                              const Address& destination,
                                              NatRefusal& refusal) {
    const auto refuse = [&](NatRefusal why) {
        refusal = why;
        return std::nullopt;
    };
    if (kind_ == NatKind::blk) return refuse(NatRefusal::blocked);
    if (kind_ == NatKind::pub) return Passed{.source = source, .destination = destination};
    // 6, REQ-9: a packet that turns back carries the sender's outside address ("External source IP
    // address and port"), and passes the filter by it like any other.
    const bool is_hairpin = translates(kind_) && source.ip == outside_;
    if (is_hairpin && !hairpinning_) return refuse(NatRefusal::no_hairpin);

    const Mapping* mapping = find_inbound(destination);
    if (mapping == nullptr || !is_alive(mapping->last_outbound, now)) {
        // A public host behind a firewall is there all the time; only the way in is shut.
        return refuse(translates(kind_) ? NatRefusal::no_mapping : NatRefusal::filtered);
    }
    if (!may_enter(now, *mapping, source)) return refuse(NatRefusal::filtered);
    // 4.3, REQ-6: that inbound traffic refresh the mapping is allowed, not asked for; it would let
    // a stranger keep it open for ever. It does not here.
    return Passed{.source = source, .destination = mapping->inside};
}

std::size_t NatBox::mapping_count(Instant now) const {
    return static_cast<std::size_t>(
        std::count_if(mappings_.begin(), mappings_.end(), [&](const Mapping& mapping) {
            return is_alive(mapping.last_outbound, now);
        }));
}

void NatBox::flush() {
    mappings_.clear();
    ports_.clear();
}

// 4.3, REQ-5: state lives for the timeout after the last outbound packet.
bool NatBox::is_alive(Instant last_outbound, Instant now) const {
    return now - last_outbound < mapping_timeout_;
}

std::size_t NatBox::lower_bound(const Address& inside, const Address& remote) const {
    const auto place =
        std::partition_point(mappings_.begin(), mappings_.end(), [&](const Mapping& mapping) {
            return std::tie(mapping.inside, mapping.remote) < std::tie(inside, remote);
        });
    return static_cast<std::size_t>(place - mappings_.begin());
}

std::size_t NatBox::port_lower_bound(std::uint16_t port) const {
    const auto place = std::partition_point(
        ports_.begin(), ports_.end(), [&](const PortOwner& owner) { return owner.port < port; });
    return static_cast<std::size_t>(place - ports_.begin());
}

const NatBox::Mapping* NatBox::find_inbound(const Address& destination) const {
    if (!translates(kind_)) {
        const std::size_t place = lower_bound(destination, {});
        const bool found = place < mappings_.size() && mappings_[place].inside == destination;
        return found ? &mappings_[place] : nullptr;
    }
    const std::size_t place = port_lower_bound(destination.port);
    const bool found = destination.ip == outside_ && place < ports_.size() &&
                       ports_[place].port == destination.port;
    return found ? &mappings_[ports_[place].mapping] : nullptr;
}

// 5: endpoint-independent filtering asks only for a mapping; the others ask that the inside host
// has sent to the source's address, or to its address and port, through this mapping.
bool NatBox::may_enter(Instant now, const Mapping& mapping, const Address& source) const {
    const Dependence filtering = filtering_of(kind_);
    if (filtering == Dependence::endpoint_independent) return true;
    const Address remote = part(source, filtering);
    const auto place = std::lower_bound(
        mapping.permitted.begin(),
        mapping.permitted.end(),
        remote,
        [](const Permission& permission, const Address& key) { return permission.remote < key; });
    return place != mapping.permitted.end() && place->remote == remote &&
           is_alive(place->last_outbound, now);
}

// 4.1: packets from one inside endpoint share a mapping where the parts of their destinations that
// the mapping depends on are equal.
NatBox::Mapping* NatBox::find_or_open(Instant now,
                                      const Address& source,
                                      const Address& destination) {
    const Address remote = part(destination, mapping_of(kind_));
    const std::size_t place = lower_bound(source, remote);
    if (place < mappings_.size() && mappings_[place].inside == source &&
        mappings_[place].remote == remote && is_alive(mappings_[place].last_outbound, now)) {
        return &mappings_[place];
    }
    return open(now, source, remote);
}

NatBox::Mapping* NatBox::open(Instant now, const Address& inside, const Address& remote) {
    drop_expired(now);
    std::uint16_t outside_port = 0;
    const std::size_t place = lower_bound(inside, remote);
    if (translates(kind_)) {
        const auto drawn = draw_port(now, inside, remote);
        if (!drawn) return nullptr;
        outside_port = *drawn;
        index_port(outside_port, place);
    }
    const auto position = mappings_.begin() + static_cast<std::ptrdiff_t>(place);
    return &*mappings_.insert(position,
                              Mapping{.inside = inside,
                                      .remote = remote,
                                      .outside_port = outside_port,
                                      .last_outbound = now,
                                      .permitted = {}});
}

// 4.2: random ports, neither preserved nor predictable from one another, and never the port of
// another mapping (REQ-3b: no port overloading). The moment is part of the draw: what has expired
// does not come back under its old port.
std::optional<std::uint16_t> NatBox::draw_port(Instant now,
                                               const Address& inside,
                                               const Address& remote) const {
    for (std::uint32_t attempt = 0; attempt < port_attempts_max; ++attempt) {
        const std::uint64_t drawn = draw(seed_,
                                         Subsystem::nat,
                                         address_key(inside),
                                         address_key(remote),
                                         protocol::nanoseconds(now),
                                         attempt);
        const auto port = static_cast<std::uint16_t>(port_min + below(port_count, drawn));
        const std::size_t place = port_lower_bound(port);
        if (place == ports_.size() || ports_[place].port != port) return port;
    }
    return std::nullopt;
}

// Enters the port's owner and moves up the indices of those behind the new mapping.
void NatBox::index_port(std::uint16_t port, std::size_t mapping) {
    for (PortOwner& owner : ports_) {
        if (owner.mapping >= mapping) ++owner.mapping;
    }
    const auto place = static_cast<std::ptrdiff_t>(port_lower_bound(port));
    ports_.insert(ports_.begin() + place,
                  {.port = port, .mapping = static_cast<std::uint16_t>(mapping)});
}

void NatBox::drop_expired(Instant now) {
    const std::size_t erased = std::erase_if(
        mappings_, [&](const Mapping& mapping) { return !is_alive(mapping.last_outbound, now); });
    if (erased == 0 || !translates(kind_)) return;
    ports_.clear();
    for (std::size_t i = 0; i < mappings_.size(); ++i) {
        ports_.push_back(
            {.port = mappings_[i].outside_port, .mapping = static_cast<std::uint16_t>(i)});
    }
    std::sort(ports_.begin(), ports_.end(), [](const PortOwner& a, const PortOwner& b) {
        return a.port < b.port;
    });
}

// 5: what the inside host has sent to may answer. The filter's state is kept per mapping, and each
// entry ages as the mapping does.
void NatBox::permit(Instant now, Mapping& mapping, const Address& destination) const {
    const Dependence filtering = filtering_of(kind_);
    if (filtering == Dependence::endpoint_independent) return;
    const Address remote = part(destination, filtering);
    const auto find = [&] {
        return std::lower_bound(mapping.permitted.begin(),
                                mapping.permitted.end(),
                                remote,
                                [](const Permission& permission, const Address& key) {
                                    return permission.remote < key;
                                });
    };
    auto place = find();
    if (place != mapping.permitted.end() && place->remote == remote) {
        place->last_outbound = now;
        return;
    }
    std::erase_if(mapping.permitted, [&](const Permission& permission) {
        return !is_alive(permission.last_outbound, now);
    });
    mapping.permitted.insert(find(), {.remote = remote, .last_outbound = now});
}

}  // namespace invitro::model
