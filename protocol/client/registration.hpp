// A device's registration: RegisterDevice until RegisterAck, refreshed at half of the lease.
//
// Only identifiers with a credential are registered for; the others are validated meanwhile, and
// join when they have one. The incarnation grows with everything that is said anew, refreshes too,
// so that the broker can tell what it heard later. A broker that knows a newer one (this device
// lost its memory) acknowledges that, and the client goes on above it.
//
// After its end a registration stays as a record: its incarnation is still the newest, and its
// credentials serve the next one.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_context.hpp"
#include "protocol/client/validation.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct Registration {
    ProfileId profile;
    // The token, then each identifier: its length, its text, its credential (zeros for none).
    std::vector<std::uint8_t> bytes;
    std::uint16_t token_size = 0;
    PushProvider provider = PushProvider::apns;
    bool in_force = false;                // acknowledged; then `exchange` is due when a refresh is
    bool is_ended = false;                // by the user; `exchange` goes on until the broker knows
    std::uint8_t parts_acknowledged = 0;  // bits
    std::uint32_t incarnation = 1;
    Duration lease = Duration::max();  // the shortest acknowledged of this incarnation's parts
    Retransmission exchange;
    std::vector<Validation> validations;

    bool operator==(const Registration&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("profile", &Registration::profile),
                          field("bytes", &Registration::bytes),
                          field("token_size", &Registration::token_size),
                          field("provider", &Registration::provider),
                          field("in_force", &Registration::in_force),
                          field("is_ended", &Registration::is_ended),
                          field("parts_acknowledged", &Registration::parts_acknowledged),
                          field("incarnation", &Registration::incarnation),
                          field("lease", &Registration::lease),
                          field("exchange", &Registration::exchange),
                          field("validations", &Registration::validations)};
    }

    // The registration asked for, with nothing said to the broker yet.
    static Registration of(const RegisterCommand& command, std::uint32_t incarnation);

    // Takes over the credentials that an older registration of the same account has.
    void adopt(const Registration& before);

    // Registers for what has a credential, and validates the rest.
    void begin(ClientContext& context);

    // Unregisters.
    void end(ClientContext& context);

    // It is in force as of now, for this lease.
    void confirm(Instant now, Duration granted);

    void receive(ClientContext& context, const RegisterAck& ack);
    void receive(ClientContext& context, const PossessionChallenge& challenge);
    void receive(ClientContext& context, const ValidationPending& pending);
    void receive(ClientContext& context, const CredentialGranted& granted);
    void serve(ClientContext& context);

    [[nodiscard]] Instant next_deadline() const;

    // Nothing is outstanding.
    [[nodiscard]] bool is_settled() const;

private:
    // One identifier as `bytes` hold it.
    struct Entry {
        EndpointIdentifier identifier;
        Credential credential;
        std::size_t credential_at = 0;
    };

    template <class Visit>
    void for_each_entry(Visit&& visit) const;
    [[nodiscard]] std::size_t proven_count() const;
    [[nodiscard]] std::size_t part_count() const;
    [[nodiscard]] PushToken token() const;
    [[nodiscard]] RegisterDevice part_of(const ClientContext& context, std::size_t part) const;
    void set_credential(std::size_t at, const Credential& credential);
    void set_credential(const EndpointIdentifier& identifier, const Credential& credential);
    bool take_credentials(ClientContext& context, const RegisterAck& ack);
    void say_anew(Instant now);
    void send_parts(ClientContext& context);
    void send_end(ClientContext& context);
};

}  // namespace invitro::protocol
