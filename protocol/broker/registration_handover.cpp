// Registrations that leave for another broker of the cluster, and that come from one.
#include "protocol/broker/registration.hpp"

#include <algorithm>

namespace invitro::protocol {

// The bindings stay: every node knows how each device is reached. A taken-over identifier leaves
// with its proof even where nobody is bound to it, so that who has lost it does not get it back.
HandedRegistrations Registry::take_out(const IdentifierFilter& is_leaving) {
    HandedRegistrations taken;
    for (std::uint32_t position = 0; position < identifiers.size(); ++position) {
        const BoundIdentifier owned = identifiers[position];
        const ByteView text = bytes.view(owned.text);
        EndpointIdentifier identifier;
        if (text.empty() || !identifier.assign(text_of(text)) || !is_leaving(identifier)) continue;
        taken.identifiers.push_back({.identifier = identifier,
                                     .proven = owned.proven,
                                     .is_taken_over = owned.is_taken_over});
        for (std::uint32_t at = owned.first_link; at != no_position; at = links[at].next) {
            taken.bindings.push_back(handed(bindings[links[at].binding], identifier));
        }
        identifiers[position].is_taken_over = true;  // stays while its links go
        for (std::uint32_t at = owned.first_link; at != no_position;) {
            const std::uint32_t next = links[at].next;
            take_link(at);
            at = next;
        }
        remove_identifier(position);
    }
    return taken;
}

void Registry::put_in(const HandedRegistrations& handed) {
    for (const HandedIdentifier& one : handed.identifiers) {
        const ByteView text = bytes_of(one.identifier.text());
        std::uint32_t position = find_identifier(text);
        if (position == no_position) position = add_identifier(text);
        identifiers[position].proven = std::max(identifiers[position].proven, one.proven);
        identifiers[position].is_taken_over |= one.is_taken_over;
    }
    for (const HandedBinding& one : handed.bindings) {
        put_in(one);
    }
    for (const HandedIdentifier& one : handed.identifiers) {
        const std::uint32_t position = find_identifier(bytes_of(one.identifier.text()));
        const BoundIdentifier& owned = identifiers[position];
        if (owned.first_link == no_position && !owned.is_taken_over) remove_identifier(position);
    }
}

void Registry::forget_unbound() {
    Releases nobody_asks;
    for (std::uint32_t position = 0; position < bindings.size(); ++position) {
        const Binding& binding = bindings[position];
        const bool is_bound = binding.device.is_none() || binding.first_link != no_position;
        if (!is_bound) remove_binding(position, nobody_asks);
    }
}

void Registry::put_in(const HandedBinding& handed) {
    std::uint32_t position = find_binding(handed.device, handed.token.provider);
    const bool is_new = position == no_position;
    if (is_new) position = add_binding(handed.device, handed.token.provider);
    // What came here since was registered with all that the device then wanted.
    if (!is_new && bindings[position].incarnation > handed.incarnation) return;
    Releases nobody_asks;
    if (!is_new && bindings[position].profile != handed.profile) {
        mark_former(position);
        drop_former(position, nobody_asks);
    }
    set_token(position, handed.token.value.view());
    Binding& binding = bindings[position];
    binding.profile = handed.profile;
    binding.incarnation = handed.incarnation;
    binding.lease_expiry =
        is_new ? handed.lease_expiry : std::max(binding.lease_expiry, handed.lease_expiry);
    binding.key = handed.key;
    const std::uint32_t identifier = find_identifier(bytes_of(handed.identifier.text()));
    if (find_link(position, identifier) == no_position) link(position, identifier);
}

HandedBinding Registry::handed(const Binding& binding, const EndpointIdentifier& identifier) const {
    HandedBinding handed{.device = binding.device,
                         .profile = binding.profile,
                         .incarnation = binding.incarnation,
                         .lease_expiry = binding.lease_expiry,
                         .token = {},
                         .identifier = identifier,
                         .key = binding.key};
    handed.token.provider = binding.provider;
    handed.token.value.assign(bytes.view(binding.token));
    return handed;
}

// Out of both lists that it is in.
void Registry::take_link(std::uint32_t position) {
    std::uint32_t* slot = &bindings[links[position].binding].first_link;
    while (*slot != position) {
        slot = &links[*slot].next_of_binding;
    }
    *slot = links[position].next_of_binding;
    unlink(position);
}

}  // namespace invitro::protocol
