// How the NAT in front of an own address filters, and on what its mappings depend (RFC 5780, 4.3
// and 4.4, in one round; words of RFC 4787, 4.1 and 5).
//
// Beside the plain question to the first reflector two probes ask it to answer from elsewhere: from
// its other port, and from its other address, to neither of which anything was ever sent. What gets
// in says what is not filtered. Where the two reflectors saw different mappings one more probe, to
// the second one's other port, tells whether the port matters too.
//
// Silence is taken for filtering, so a lost answer makes a NAT look stricter than it is. Nothing is
// decided by it: what works is found out by checks (rule 10).
#pragma once

#include "protocol/paths/sender.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/wire/messages.hpp"

#include <tuple>

namespace invitro::protocol {

struct NatTests {
    TransactionId from_port;
    TransactionId from_address;
    TransactionId to_port;
    bool port_passes = false;
    bool address_passes = false;
    Address mapped_to_port;      // none until answered
    Instant wait_until = never;  // what has not been answered by then is filtered

    bool operator==(const NatTests&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("from_port", &NatTests::from_port),
                          field("from_address", &NatTests::from_address),
                          field("to_port", &NatTests::to_port),
                          field("port_passes", &NatTests::port_passes),
                          field("address_passes", &NatTests::address_passes),
                          field("mapped_to_port", &NatTests::mapped_to_port),
                          field("wait_until", &NatTests::wait_until)};
    }

    // Asks for answers from elsewhere; at the same time as the plain question, whenever that is
    // asked.
    void ask(PathContext& context, const Address& local, const Address& reflector);

    // The plain question was answered: from now on it is a matter of a moment.
    void expect(const PathContext& context);

    // The two reflectors saw different mappings; this is the second one.
    void ask_port(PathContext& context, const Address& local, const Address& reflector);

    // Whether the response belongs to one of these and is news.
    bool receive(const ReflectResponse& response);

    // Nothing more is to come. True where nothing was asked.
    [[nodiscard]] bool is_complete(Instant now) const;

    [[nodiscard]] FilteringBehaviour filtering() const;
    // What a dependent mapping depends on, given what the second reflector saw.
    [[nodiscard]] MappingBehaviour dependence(const Address& mapped) const;
};

}  // namespace invitro::protocol
