// Registrations that leave for another broker of the cluster, and that come from one.
#include "protocol/broker/registration.hpp"

#include <algorithm>

namespace invitro::protocol {

std::vector<HandedRegistration> Registry::take_out(const IdentifierFilter& is_leaving) {
    std::vector<HandedRegistration> taken;
    for (std::uint32_t position = 0; position < bindings.size(); ++position) {
        if (bindings[position].device.is_none()) continue;
        const Binding binding = bindings[position];
        RegisterDevice staying = as_registered(position);
        const auto all = staying.identifiers;
        staying.identifiers.clear();
        for (const EndpointIdentifier& identifier : all) {
            if (!is_leaving(identifier)) {
                staying.identifiers.push_back(identifier);
                continue;
            }
            taken.push_back({.device = binding.device,
                             .profile = binding.profile,
                             .incarnation = binding.incarnation,
                             .lease_expiry = binding.lease_expiry,
                             .token = staying.token,
                             .identifier = identifier,
                             .key = binding.key});
        }
        if (staying.identifiers.size() == all.size()) continue;
        if (staying.identifiers.empty()) {
            remove_binding(position);
        } else {
            fill(position, staying);
        }
    }
    return taken;
}

void Registry::put_in(const HandedRegistration& handed) {
    std::uint32_t position = find_binding(handed.device, handed.token.provider);
    RegisterDevice merged;
    Instant lease_expiry = handed.lease_expiry;
    if (position == no_position) {
        position = add_binding(handed.device, handed.token.provider);
    } else {
        const Binding& known = bindings[position];
        // What came here since was registered with all that the device then wanted.
        if (known.incarnation > handed.incarnation) return;
        if (known.profile == handed.profile) {
            merged = as_registered(position);
            lease_expiry = std::max(lease_expiry, known.lease_expiry);
        }
    }
    merged.profile = handed.profile;
    merged.token = handed.token;
    auto& identifiers = merged.identifiers;
    const bool is_there =
        std::find(identifiers.begin(), identifiers.end(), handed.identifier) != identifiers.end();
    if (!is_there && !identifiers.full()) identifiers.push_back(handed.identifier);
    fill(position, merged);
    bindings[position].incarnation = handed.incarnation;
    bindings[position].lease_expiry = lease_expiry;
    bindings[position].key = handed.key;
}

// The registration that would fill the binding as it is.
RegisterDevice Registry::as_registered(std::uint32_t position) const {
    const Binding& binding = bindings[position];
    RegisterDevice registration;
    registration.device = binding.device;
    registration.profile = binding.profile;
    registration.key = binding.key;
    registration.token.provider = binding.provider;
    registration.token.value.assign(bytes.view(binding.token));
    for (std::uint32_t at = binding.first_link; at != no_position; at = links[at].next_of_binding) {
        EndpointIdentifier identifier;
        const bool is_one =
            identifier.assign(text_of(bytes.view(identifiers[links[at].identifier].text)));
        CHECK(is_one, "what was an identifier is still one");
        registration.identifiers.push_back(identifier);
    }
    return registration;
}

}  // namespace invitro::protocol
