// A device's registration: RegisterDevice until RegisterAck, refreshed at half of the lease.
//
// The incarnation grows with every registration the user asks for. A broker that knows a newer one
// (this device lost its memory) acknowledges that, and the client goes on above it.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct Registration {
    ProfileId profile;
    std::vector<std::uint8_t> bytes;  // the token, then each identifier behind its length
    std::uint16_t token_size = 0;
    PushProvider provider = PushProvider::apns;
    bool in_force = false;  // acknowledged; then `exchange` is due when a refresh is
    std::uint32_t incarnation = 1;
    Retransmission exchange;

    bool operator==(const Registration&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("profile", &Registration::profile),
                          field("bytes", &Registration::bytes),
                          field("token_size", &Registration::token_size),
                          field("provider", &Registration::provider),
                          field("in_force", &Registration::in_force),
                          field("incarnation", &Registration::incarnation),
                          field("exchange", &Registration::exchange)};
    }

    // The registration asked for, with nothing said to the broker yet.
    static Registration of(const RegisterCommand& command, std::uint32_t incarnation);

    // It is in force as of now, for this lease.
    void confirm(Instant now, Duration lease);

    void receive(ClientContext& context, const RegisterAck& ack);
    void serve(ClientContext& context);

    [[nodiscard]] Instant next_deadline() const { return exchange.due; }
};

}  // namespace invitro::protocol
