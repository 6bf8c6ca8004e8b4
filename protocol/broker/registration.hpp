// The registry: which devices are reached under an identifier, and through which push tokens.
//
// Claim 1 of US 2012/0117250 A1: "one or more push tokens registered for the endpoint identifier".
// The rules are in docs/PROTOCOL.md ("The broker, message by message", registration).
//
// A *binding* is what one device has with one push provider: profile, incarnation, token, lease and
// identifiers. Of one device the newest incarnation counts; an older registration that arrives late
// changes nothing. A lease is looked at when somebody is looked up: there is no timer per device.
// Bindings that lapsed long ago are forgotten a few at a time, whenever somebody registers.
//
// An identifier belongs to the profile that proved it last: with a newer proof another profile
// takes it over, and with an older one it is refused, for as long as credentials of before may
// exist.
//
// A registration in several parts adds to what the binding has; once all have come, what the
// registration before it had and this one has not goes.
//
// Invariants: a device has at most one binding per provider, all of the same profile. A binding is
// linked to each of its identifiers once; all bindings of an identifier are of one profile. An
// identifier is stored only while something is bound or after it was taken over.
//
// Size: a device with one phone number and a token of 32 bytes takes about 240 bytes at a million
// devices, spare capacity included. Costs: look-ups O(1) plus the bindings visited.
#pragma once

#include "protocol/broker/byte_store.hpp"
#include "protocol/broker/hash_index.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// This device is not reached under this identifier any more.
struct Release {
    DeviceId device;
    EndpointIdentifier identifier;

    bool operator==(const Release&) const = default;
};

// What became of a RegisterDevice: what its RegisterAck says, and whether it is in force.
struct RegistrationOutcome {
    std::uint32_t incarnation = 0;    // the newest known of the device
    Duration lease{};                 // what is left of it
    bool is_in_force = false;         // false where a newer incarnation is known
    bool is_replacement = false;      // the device had something else before
    std::uint8_t refused = 0;         // bits by place: identifiers that somebody else proved later
    std::vector<Release> released{};  // of this device and of others
};

// One way to reach a device, as a look-up sees it.
struct BoundToken {
    DeviceId device;
    std::uint32_t incarnation = 0;
    PushProvider provider = PushProvider::apns;
    ByteView token;  // holds until the registry changes
};

// One identifier's binding on its way to another node.
struct HandedBinding {
    DeviceId device;
    ProfileId profile;
    std::uint32_t incarnation = 0;
    Instant lease_expiry{};
    PushToken token;
    EndpointIdentifier identifier;
    PublicKey key{};

    bool operator==(const HandedBinding&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &HandedBinding::device),
                          field("profile", &HandedBinding::profile),
                          field("incarnation", &HandedBinding::incarnation),
                          field("lease_expiry", &HandedBinding::lease_expiry),
                          field("token", &HandedBinding::token),
                          field("identifier", &HandedBinding::identifier),
                          field("key", &HandedBinding::key)};
    }
};

// ... and what is known of the identifier itself.
struct HandedIdentifier {
    EndpointIdentifier identifier;
    std::uint32_t proven = 0;
    bool is_taken_over = false;

    bool operator==(const HandedIdentifier&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identifier", &HandedIdentifier::identifier),
                          field("proven", &HandedIdentifier::proven),
                          field("is_taken_over", &HandedIdentifier::is_taken_over)};
    }
};

struct HandedRegistrations {
    std::vector<HandedIdentifier> identifiers;
    std::vector<HandedBinding> bindings;  // of these

    bool operator==(const HandedRegistrations&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identifiers", &HandedRegistrations::identifiers),
                          field("bindings", &HandedRegistrations::bindings)};
    }
};

struct Registry {
    struct Binding {
        DeviceId device;  // none: this record is free
        ProfileId profile;
        Instant lease_expiry{};
        std::uint32_t incarnation = 0;
        std::uint32_t next_of_device = no_position;  // of a free record: the next free one
        std::uint32_t first_link = no_position;
        ByteRange token;
        PushProvider provider = PushProvider::apns;
        PublicKey key{};
        std::uint8_t parts_come = 0;  // bits: of the incarnation's registration

        bool operator==(const Binding&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("device", &Binding::device),
                              field("profile", &Binding::profile),
                              field("lease_expiry", &Binding::lease_expiry),
                              field("incarnation", &Binding::incarnation),
                              field("next_of_device", &Binding::next_of_device),
                              field("first_link", &Binding::first_link),
                              field("token", &Binding::token),
                              field("provider", &Binding::provider),
                              field("key", &Binding::key),
                              field("parts_come", &Binding::parts_come)};
        }

        [[nodiscard]] bool is_lapsed(Instant now) const { return lease_expiry <= now; }
    };

    // An identifier somebody is registered for.
    struct BoundIdentifier {
        ByteRange text;
        std::uint32_t first_link = no_position;  // of a free record: the next free one
        std::uint32_t proven = 0;                // the newest proof (Credential::proven)
        bool is_taken_over = false;              // older proofs of another profile are about

        bool operator==(const BoundIdentifier&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("text", &BoundIdentifier::text),
                              field("first_link", &BoundIdentifier::first_link),
                              field("proven", &BoundIdentifier::proven),
                              field("is_taken_over", &BoundIdentifier::is_taken_over)};
        }
    };

    // "This binding is for this identifier": in the list of the one and in that of the other.
    struct Link {
        std::uint32_t binding = no_position;
        std::uint32_t identifier = no_position;
        std::uint32_t previous = no_position;
        std::uint32_t next = no_position;  // of a free record: the next free one
        std::uint32_t next_of_binding = no_position;
        bool is_former = false;  // of the registration before this one, whose parts still come

        bool operator==(const Link&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("binding", &Link::binding),
                              field("identifier", &Link::identifier),
                              field("previous", &Link::previous),
                              field("next", &Link::next),
                              field("next_of_binding", &Link::next_of_binding),
                              field("is_former", &Link::is_former)};
        }
    };

    IndexKey key;
    std::vector<Binding> bindings;
    std::vector<BoundIdentifier> identifiers;
    std::vector<Link> links;
    std::uint32_t free_binding = no_position;
    std::uint32_t free_identifier = no_position;
    std::uint32_t free_link = no_position;
    std::uint32_t sweep_at = 0;  // the binding that is next asked whether it lapsed long ago
    std::uint32_t identifier_sweep_at = 0;  // likewise, whether what took it over is long ago
    HashIndex device_index;                 // to the first binding of each device
    HashIndex identifier_index;
    ByteStore bytes;

    bool operator==(const Registry&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("key", &Registry::key),
                          field("bindings", &Registry::bindings),
                          field("identifiers", &Registry::identifiers),
                          field("links", &Registry::links),
                          field("free_binding", &Registry::free_binding),
                          field("free_identifier", &Registry::free_identifier),
                          field("free_link", &Registry::free_link),
                          field("sweep_at", &Registry::sweep_at),
                          field("identifier_sweep_at", &Registry::identifier_sweep_at),
                          field("device_index", &Registry::device_index),
                          field("identifier_index", &Registry::identifier_index),
                          field("bytes", &Registry::bytes)};
    }

    // Puts the registration in force, unless a newer one of the device is known. A lease of zero
    // asked for ends what the device had under this provider. Its identifiers are believed, and
    // their proofs are those its credentials name. Precondition: part < parts <= parts_max.
    RegistrationOutcome put(Instant now, const RegisterDevice& registration);

    // Ends what the device has under any provider, unless a newer registration of it is known; what
    // it registered under an older incarnation counts no more, even if it comes later. Of a device
    // not known that is only remembered if asked for.
    RegistrationOutcome end(Instant now, DeviceId device, std::uint32_t incarnation, bool remember);

    [[nodiscard]] bool knows(DeviceId device) const { return find_device(device) != no_position; }

    // The push service says that the token is gone: ends the binding of exactly that token, unless
    // it has been registered anew since (with an incarnation above the one that was pushed to).
    // False if there was nothing to end.
    bool end_token(Instant now, const BoundToken& gone);

    // Calls visit(BoundToken) for each binding of the identifier whose lease runs.
    template <class Visit>
    void for_each_token(Instant now, const EndpointIdentifier& identifier, Visit&& visit) const {
        const std::uint32_t found = find_identifier(bytes_of(identifier.text()));
        if (found == no_position) return;
        for (std::uint32_t at = identifiers[found].first_link; at != no_position;
             at = links[at].next) {
            const Binding& binding = bindings[links[at].binding];
            if (!binding.is_lapsed(now)) visit(bound_token(binding));
        }
    }

    // Forgets a binding or two that lapsed long ago, if it comes upon them; part of put().
    void sweep(Instant now);

    // Calls visit(EndpointIdentifier) for each identifier the device is registered for, once for
    // each of its bindings whose lease runs.
    template <class Visit>
    void for_each_identifier(Instant now, DeviceId device, Visit&& visit) const {
        for (std::uint32_t at = find_device(device); at != no_position;
             at = bindings[at].next_of_device) {
            if (bindings[at].is_lapsed(now)) continue;
            for (std::uint32_t link = bindings[at].first_link; link != no_position;
                 link = links[link].next_of_binding) {
                EndpointIdentifier identifier;
                const ByteView text = bytes.view(identifiers[links[link].identifier].text);
                if (identifier.assign(text_of(text))) visit(identifier);
            }
        }
    }

    // Calls visit(BoundToken) for each token of the device whose lease runs.
    template <class Visit>
    void for_each_token_of(Instant now, DeviceId device, Visit&& visit) const {
        for (std::uint32_t at = find_device(device); at != no_position;
             at = bindings[at].next_of_device) {
            if (!bindings[at].is_lapsed(now)) visit(bound_token(bindings[at]));
        }
    }

    // Both are registered now, for the same profile.
    [[nodiscard]] bool share_profile(Instant now, DeviceId one, DeviceId other) const;

    // What the device has registered as its public key; none where it is not registered.
    [[nodiscard]] std::optional<PublicKey> key_of(DeviceId device) const;

    // For a handover (registration_handover.cpp): forgets the bindings of the identifiers that
    // leave, and returns them; and takes in what another broker returned.
    using IdentifierFilter = std::function<bool(const EndpointIdentifier&)>;
    HandedRegistrations take_out(const IdentifierFilter& is_leaving);
    void put_in(const HandedRegistrations& handed);
    // Of a node that has left: the devices of which no identifier is here.
    void forget_unbound();

    // Bytes held for all devices together, spare capacity included.
    [[nodiscard]] std::size_t memory_size() const;

private:
    [[nodiscard]] std::uint32_t find_device(DeviceId device) const;
    [[nodiscard]] std::uint32_t find_identifier(ByteView text) const;
    [[nodiscard]] std::uint32_t find_binding(DeviceId device, PushProvider provider) const;
    [[nodiscard]] std::uint32_t newest_of(std::uint32_t first) const;
    [[nodiscard]] BoundToken bound_token(const Binding& binding) const;
    [[nodiscard]] HandedBinding handed(const Binding& binding,
                                       const EndpointIdentifier& identifier) const;
    void put_in(const HandedBinding& handed);
    void take_link(std::uint32_t position);

    using Releases = std::vector<Release>;

    void drop_other_profiles(DeviceId device, ProfileId profile, Releases& released);
    std::uint32_t add_binding(DeviceId device, PushProvider provider);
    void remove_binding(std::uint32_t position, Releases& released);
    bool take_part(std::uint32_t position,
                   const RegisterDevice& registration,
                   RegistrationOutcome& outcome);
    bool take_identifier(std::uint32_t position,
                         const EndpointIdentifier& identifier,
                         std::uint32_t proven,
                         RegistrationOutcome& outcome,
                         bool& is_refused);
    bool take_over(std::uint32_t identifier,
                   ProfileId profile,
                   std::uint32_t proven,
                   Releases& released);
    void set_token(std::uint32_t position, ByteView token);
    void mark_former(std::uint32_t position);
    bool drop_former(std::uint32_t position, Releases& released);
    void release(std::uint32_t& slot, Releases& released);
    std::uint32_t add_identifier(ByteView text);
    void remove_identifier(std::uint32_t position);
    [[nodiscard]] std::uint32_t find_link(std::uint32_t binding, std::uint32_t identifier) const;
    [[nodiscard]] bool is_bound(DeviceId device, std::uint32_t identifier) const;
    void link(std::uint32_t binding, std::uint32_t identifier);
    void unlink(std::uint32_t position);
};

}  // namespace invitro::protocol
