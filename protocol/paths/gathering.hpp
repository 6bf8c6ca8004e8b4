// Gathering: a device finds out under which addresses it may be reached (RFC 8445 5.1).
//
// Host candidates are its own addresses. Each of them asks both reflectors (RFC 8489 Binding) for
// the address it is seen under, which also tells how the NAT maps (RFC 5780 4.3): the same from
// both is endpoint independent, equal to the host address is no NAT, different is dependent. A
// request is repeated until it is answered; gathering is over when all are, or after
// timing::gathering_max with what there is.
//
// Afterwards it watches: refresh() asks again, so that the mappings which the answers named stay
// open, and an answer that differs says that a mapping is another one now (it had expired, the box
// was restarted): time to tell the peers.
//
// A value that is told what happens: begin(), receive(), serve(); then candidates().
#pragma once

#include "protocol/exchange/retransmission.hpp"
#include "protocol/paths/nat_tests.hpp"
#include "protocol/paths/sender.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// One own address asking one reflector.
struct Reflection {
    Address local;
    Address reflector;
    TransactionId transaction;
    Address mapped;  // none until answered
    Retransmission repetition;

    bool operator==(const Reflection&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("local", &Reflection::local),
                          field("reflector", &Reflection::reflector),
                          field("transaction", &Reflection::transaction),
                          field("mapped", &Reflection::mapped),
                          field("repetition", &Reflection::repetition)};
    }
};

// What a reflector's answer is to a gathering.
enum class Reflected : std::uint8_t {
    none = 0,     // not an answer to a question of ours, or no news
    first = 1,    // the first about this mapping
    same = 2,     // the mapping is still what it was
    changed = 3,  // it is another one now
    test = 4,     // what it tells is how the NAT behaves
};

struct Gathering {
    std::vector<Reflection> reflections;
    NatTests tests;  // of the first own address
    Instant give_up = never;

    bool operator==(const Gathering&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("reflections", &Gathering::reflections),
                          field("tests", &Gathering::tests),
                          field("give_up", &Gathering::give_up)};
    }

    // Starts anew from these own addresses (none: from whichever the system picks). A reflector
    // that is none is not asked. The first requests leave with the next serve().
    void begin(PathContext& context,
               std::span<const Address> locals,
               std::span<const Address> reflectors);

    Reflected receive(const ReflectResponse& response);

    // Sends what is due.
    void serve(PathContext& context);

    // Asks again about each mapping that was found, until it is answered: where an own address is
    // mapped alike for everybody one reflector will do, where it is not mapped at all none. The
    // requests leave with the next serve().
    void refresh(PathContext& context);

    // It is complete, and only watches from now on.
    void finish() { give_up = never; }

    [[nodiscard]] bool is_under_way() const { return give_up != never; }

    [[nodiscard]] bool is_complete(Instant now) const;
    [[nodiscard]] Instant next_deadline() const;

    // What was found: host candidates first, then reflexive ones, no address twice.
    [[nodiscard]] InlineVector<Candidate, ConnectionData::candidates_max> candidates(
        std::span<const Address> locals) const;
    [[nodiscard]] MappingBehaviour mapping() const;

    [[nodiscard]] FilteringBehaviour filtering() const { return tests.filtering(); }
};

}  // namespace invitro::protocol
