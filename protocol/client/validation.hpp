// Showing the broker that a number or an address is this user's (docs/PROTOCOL.md, "Registration").
//
// A number: an SMS to the service, until a challenge comes back as a push. An address:
// ValidateEmail until the broker has mailed a link, again if nobody opens it for long. Then, either
// way, the challenge goes back to the broker in ProvePossession until a credential comes.
#pragma once

#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

enum class ValidationPhase : std::uint8_t {
    asking = 0,   // for a challenge
    waiting = 1,  // for the user to open the link in a mail
    proving = 2,  // the challenge has come
    given_up = 3,
};

struct Validation {
    EndpointIdentifier identifier;
    ValidationPhase phase = ValidationPhase::asking;
    std::uint8_t asked = 0;  // SMS sent, mails on their way
    // Its high half names this validation, so that what was asked for earlier is known when it
    // comes late; its low half grows with each mail, for each of which the broker is asked anew.
    TransactionId attempt;
    PossessionProof proof;
    Instant patience_end = never;  // proving: when the proof counts no more
    Retransmission exchange;

    bool operator==(const Validation&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identifier", &Validation::identifier),
                          field("phase", &Validation::phase),
                          field("asked", &Validation::asked),
                          field("attempt", &Validation::attempt),
                          field("proof", &Validation::proof),
                          field("patience_end", &Validation::patience_end),
                          field("exchange", &Validation::exchange)};
    }

    static Validation begin(ClientContext& context, const EndpointIdentifier& identifier);

    // Who validates: what the device says with everything it sends.
    struct Owner {
        ProfileId profile;
        const PushToken& token;
    };

    void serve(ClientContext& context, const Owner& owner);

    // All three: false if the message is not for this validation.
    bool receive(ClientContext& context, const PossessionChallenge& challenge);
    bool receive(ClientContext& context, const ValidationPending& pending);
    // True also if the proof came too late: then it is asked for anew.
    bool receive(ClientContext& context, const CredentialGranted& granted);

    [[nodiscard]] Instant next_deadline() const { return exchange.due; }

private:
    void ask(ClientContext& context, const Owner& owner);
    void ask_anew(Instant now);
    [[nodiscard]] int asked_max() const;
};

}  // namespace invitro::protocol
