// How one side of a call renews its own connection data, once it has told it (docs/PROTOCOL.md
// "Renewing connection data").
//
// Two things make it old: the device has other addresses, so that it gathers anew; or a reflector,
// asked again with each keep-alive, sees it under another address than before. Either way the data
// gets the next generation, and CandidateUpdate says so to the broker until CandidateUpdateAck.
#pragma once

#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/paths/gathering.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// What a side of a call has told of itself, and how it found it.
struct OwnData {
    const CallId& call;
    const Ticket& ticket;
    Gathering& gathering;
    ConnectionData& connection;
};

struct Renewal {
    bool is_gathering = false;  // anew
    std::uint32_t told = 0;     // the generation that the broker was given, or is being given
    Retransmission exchange;    // CandidateUpdate

    bool operator==(const Renewal&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("is_gathering", &Renewal::is_gathering),
                          field("told", &Renewal::told),
                          field("exchange", &Renewal::exchange)};
    }

    // The device has other addresses now.
    void gather_anew(ClientContext& context, Gathering& gathering);

    // A reflector's answer; false if it is none to this gathering. Connection data that has
    // changed by it has the next generation.
    bool receive(ClientContext& context, OwnData own, const ReflectResponse& response);

    // Asks the reflectors what is due and, once all is answered, renews the data.
    void serve_gathering(ClientContext& context, OwnData own);

    // Sends CandidateUpdate if it is due. Precondition: the broker has what was said first.
    void serve_exchange(ClientContext& context, OwnData own);

    // True if that was awaited.
    bool receive(const CandidateUpdateAck& message, const ConnectionData& connection);

    [[nodiscard]] Instant next_deadline() const { return exchange.due; }
};

}  // namespace invitro::protocol
