#include "model/nat/nat_box.hpp"

#include "model/draw.hpp"

#include <algorithm>
#include <tuple>

namespace invitro::model {
namespace {

// RFC 4787 4.2, REQ-3: an inside port of 1024 or more gets an outside port of 1024 or more. Our
// hosts use no others.
constexpr std::uint16_t port_min = 1024;
static_assert(nat_port_count_max == 65535 - port_min + 1);

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
    for (std::size_t i = from; i < from + 8; ++i) {
        number = (number << 8) | ip.octets[i];
    }
    return number;
}

std::uint64_t address_key(const Address& address) {
    return mix(mix(eight_octets(address.ip, 0)) ^ eight_octets(address.ip, 8)) ^ address.port;
}

// How much of a remote a session has to remember: what the mapping or the filter depends on,
// whichever is more.
Dependence grain_of(NatKind kind) {
    return std::max(mapping_of(kind), filtering_of(kind));
}

std::nullopt_t refused(NatRefusal& refusal, NatRefusal why) {
    refusal = why;
    return std::nullopt;
}

}  // namespace

NatBox::NatBox(const NatPolicy& policy, const protocol::IpAddress& outside, std::uint64_t seed)
    : mapping_timeout_(policy.mapping_timeout),
      seed_(seed),
      outside_(outside),
      kind_(policy.kind),
      hairpinning_(policy.hairpinning),
      port_count_(std::min(policy.port_count, nat_port_count_max)) {}

std::optional<NatBox::Passed> NatBox::outbound(Instant now,
                                               const Address& source,
                                               const Address& destination,
                                               NatRefusal& refusal) {
    if (kind_ == NatKind::blk) return refused(refusal, NatRefusal::blocked);
    if (kind_ == NatKind::pub) return Passed{.source = source, .destination = destination};
    const bool is_hairpin = translates(kind_) && destination.ip == outside_;
    if (is_hairpin && !hairpinning_) return refused(refusal, NatRefusal::no_hairpin);

    const auto port = use_session(now, source, destination);
    if (!port) return refused(refusal, NatRefusal::no_port);
    if (!translates(kind_)) return Passed{.source = source, .destination = destination};
    return Passed{.source = {.ip = outside_, .port = *port}, .destination = destination};
}

std::optional<NatBox::Passed> NatBox::inbound(Instant now,
                                              const Address& source,
                                              const Address& destination,
                                              NatRefusal& refusal) {
    if (kind_ == NatKind::blk) return refused(refusal, NatRefusal::blocked);
    if (kind_ == NatKind::pub) return Passed{.source = source, .destination = destination};
    // 4.3, REQ-6: that inbound traffic refresh a mapping is allowed, not asked for, and lets a
    // stranger keep it open for ever. It does not here: nothing below changes any state.
    if (!translates(kind_)) return through_firewall(now, source, destination, refusal);
    // 6, REQ-9: a packet that turns back carries its sender's outside address ("External source IP
    // address and port"), and passes the filter by it like any other.
    if (source.ip == outside_ && !hairpinning_) return refused(refusal, NatRefusal::no_hairpin);
    return through_mapping(now, source, destination, refusal);
}

std::size_t NatBox::mapping_count(Instant now) const {
    const Session* last = nullptr;
    std::size_t count = 0;
    for (const Session& session : sessions_) {
        if (!is_alive(session, now)) continue;
        const bool is_same =
            last != nullptr && last->inside == session.inside &&
            part(last->remote, mapping_of(kind_)) == part(session.remote, mapping_of(kind_));
        if (!is_same) ++count;
        last = &session;
    }
    return count;
}

void NatBox::flush() {
    sessions_.clear();
}

// 4.3, REQ-5: the timer runs from the last outbound packet. The filter's entries age alike.
bool NatBox::is_alive(const Session& session, Instant now) const {
    return now - session.last_outbound < mapping_timeout_;
}

std::size_t NatBox::lower_bound(const Address& inside, const Address& remote) const {
    const auto place =
        std::partition_point(sessions_.begin(), sessions_.end(), [&](const Session& session) {
            return std::tie(session.inside, session.remote) < std::tie(inside, remote);
        });
    return static_cast<std::size_t>(place - sessions_.begin());
}

// Finds the session of an outbound packet or begins it, and says its outside port.
std::optional<std::uint16_t> NatBox::use_session(Instant now,
                                                 const Address& source,
                                                 const Address& destination) {
    const Address remote = part(destination, grain_of(kind_));
    const std::size_t place = lower_bound(source, remote);
    const bool is_known = place < sessions_.size() && sessions_[place].inside == source &&
                          sessions_[place].remote == remote;
    if (is_known && is_alive(sessions_[place], now)) {
        // 4.3, REQ-6: outbound traffic refreshes the mapping.
        sessions_[place].last_outbound = now;
        return sessions_[place].outside_port;
    }
    std::erase_if(sessions_, [&](const Session& session) { return !is_alive(session, now); });
    auto port = port_of_mapping(source, destination);
    if (!port) port = draw_port(now, source, destination);
    if (!port) return std::nullopt;
    const auto position =
        sessions_.begin() + static_cast<std::ptrdiff_t>(lower_bound(source, remote));
    sessions_.insert(
        position,
        {.inside = source, .remote = remote, .outside_port = *port, .last_outbound = now});
    return port;
}

// 4.1: packets from one inside endpoint share a mapping where those parts of their destinations are
// equal that the mapping depends on. Precondition: nothing expired is left.
std::optional<std::uint16_t> NatBox::port_of_mapping(const Address& inside,
                                                     const Address& remote) const {
    const Dependence mapping = mapping_of(kind_);
    const Address shared = part(remote, mapping);
    // The equal part sorts before everything that continues it.
    const std::size_t place = lower_bound(inside, shared);
    const bool is_shared = place < sessions_.size() && sessions_[place].inside == inside &&
                           part(sessions_[place].remote, mapping) == shared;
    if (!is_shared) return std::nullopt;
    return sessions_[place].outside_port;
}

// 4.2: random ports, neither preserved nor predictable from one another, and never that of another
// mapping (REQ-3b: no port overloading). The moment is part of the draw: what has expired does not
// come back under its old port. Precondition: nothing expired is left.
std::optional<std::uint16_t> NatBox::draw_port(Instant now,
                                               const Address& inside,
                                               const Address& remote) const {
    if (!translates(kind_)) return inside.port;
    const Address shared = part(remote, mapping_of(kind_));
    const std::uint64_t base = draw(seed_,
                                    Subsystem::nat,
                                    address_key(inside),
                                    address_key(shared),
                                    protocol::nanoseconds(now));
    if (port_count_ == 0) return std::nullopt;
    for (std::uint32_t attempt = 0; attempt < port_attempts_max; ++attempt) {
        const std::uint32_t offset = below(port_count_, mix(base ^ attempt));
        const auto port = static_cast<std::uint16_t>(port_min + offset);
        if (!is_port_taken(port)) return port;
    }
    return std::nullopt;
}

bool NatBox::is_port_taken(std::uint16_t port) const {
    return std::any_of(sessions_.begin(), sessions_.end(), [&](const Session& session) {
        return session.outside_port == port;
    });
}

// A firewall refuses for one reason only: its hosts are there, but the way in is shut.
std::optional<NatBox::Passed> NatBox::through_firewall(Instant now,
                                                       const Address& source,
                                                       const Address& destination,
                                                       NatRefusal& refusal) const {
    const Address remote = part(source, filtering_of(kind_));
    const std::size_t place = lower_bound(destination, remote);
    const bool is_known = place < sessions_.size() && sessions_[place].inside == destination &&
                          sessions_[place].remote == remote;
    if (!is_known || !is_alive(sessions_[place], now)) {
        return refused(refusal, NatRefusal::filtered);
    }
    return Passed{.source = source, .destination = destination};
}

// 5: endpoint-independent filtering asks only for a mapping; the others ask that the inside host
// has sent to the source's address, or to its address and port, through this mapping.
std::optional<NatBox::Passed> NatBox::through_mapping(Instant now,
                                                      const Address& source,
                                                      const Address& destination,
                                                      NatRefusal& refusal) const {
    const Dependence filtering = filtering_of(kind_);
    const Address asked = part(source, filtering);
    bool has_mapping = false;
    for (const Session& session : sessions_) {
        if (session.outside_port != destination.port || !is_alive(session, now)) continue;
        has_mapping = destination.ip == outside_;
        if (has_mapping && part(session.remote, filtering) == asked) {
            return Passed{.source = source, .destination = session.inside};
        }
    }
    return refused(refusal, has_mapping ? NatRefusal::filtered : NatRefusal::no_mapping);
}

}  // namespace invitro::model
