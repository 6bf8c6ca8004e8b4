#include "protocol/broker/registration.hpp"

#include "protocol/broker/credential.hpp"
#include "protocol/timing.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// How many bindings each registration looks at, and how long after its lease one is forgotten.
// Until then it still tells a registration that was long under way from a new one.
constexpr int swept_per_registration = 2;
constexpr Duration remembered_after_lease = timing::lease_max;

// A record to write to: a free one if there is one, else a new one at the end.
template <class Record>
std::uint32_t take_record(std::vector<Record>& records,
                          std::uint32_t& free_first,
                          std::uint32_t Record::*next_free) {
    const std::uint32_t position = free_first;
    if (position == no_position) {
        records.emplace_back();
        return static_cast<std::uint32_t>(records.size() - 1);
    }
    free_first = records[position].*next_free;
    records[position] = Record{};
    return position;
}

template <class Record>
void free_record(std::vector<Record>& records,
                 std::uint32_t position,
                 std::uint32_t& free_first,
                 std::uint32_t Record::*next_free) {
    records[position] = Record{};
    records[position].*next_free = free_first;
    free_first = position;
}

bool are_equal(ByteView a, ByteView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

template <class T>
std::size_t capacity_size(const std::vector<T>& items) {
    return items.capacity() * sizeof(T);
}

}  // namespace

RegistrationOutcome Registry::put(Instant now, const RegisterDevice& registration) {
    sweep(now);
    const std::uint32_t newest = newest_of(find_device(registration.device));
    if (newest != no_position && bindings[newest].incarnation > registration.incarnation) {
        const Duration left = bindings[newest].lease_expiry - now;
        return {.incarnation = bindings[newest].incarnation, .lease = std::max(left, Duration{})};
    }
    RegistrationOutcome outcome{.incarnation = registration.incarnation, .is_in_force = true};
    drop_other_profiles(registration.device, registration.profile, outcome.released);

    const PushProvider provider = registration.token.provider;
    std::uint32_t position = find_binding(registration.device, provider);
    if (position == no_position) position = add_binding(registration.device, provider);
    const bool has_changed = take_part(position, registration, outcome);
    outcome.is_replacement = newest != no_position && has_changed;

    outcome.lease = std::clamp(registration.lease, Duration{}, timing::lease_max);
    bindings[position].incarnation = registration.incarnation;
    bindings[position].lease_expiry = now + outcome.lease;
    bindings[position].key = registration.key;
    return outcome;
}

RegistrationOutcome Registry::end(Instant now,
                                  DeviceId device,
                                  std::uint32_t incarnation,
                                  bool remember) {
    sweep(now);
    std::uint32_t at = find_device(device);
    const std::uint32_t newest = newest_of(at);
    if (newest != no_position && bindings[newest].incarnation > incarnation) {
        const Duration left = bindings[newest].lease_expiry - now;
        return {.incarnation = bindings[newest].incarnation, .lease = std::max(left, Duration{})};
    }
    RegistrationOutcome outcome{.incarnation = incarnation, .is_in_force = true};
    if (at == no_position && remember) at = add_binding(device, PushProvider::apns);
    for (; at != no_position; at = bindings[at].next_of_device) {
        mark_former(at);
        drop_former(at, outcome.released);
        bindings[at].incarnation = incarnation;
        bindings[at].lease_expiry = now;
    }
    return outcome;
}

bool Registry::end_token(Instant now, const BoundToken& gone) {
    const std::uint32_t position = find_binding(gone.device, gone.provider);
    if (position == no_position) return false;
    Binding& binding = bindings[position];
    if (binding.is_lapsed(now) || binding.incarnation > gone.incarnation) return false;
    if (!are_equal(bytes.view(binding.token), gone.token)) return false;
    binding.lease_expiry = now;
    return true;
}

bool Registry::share_profile(Instant now, DeviceId one, DeviceId other) const {
    // All bindings of a device are of the same profile.
    const std::uint32_t a = find_device(one);
    const std::uint32_t b = find_device(other);
    if (a == no_position || b == no_position) return false;
    const auto is_registered = [&](std::uint32_t at) {
        while (at != no_position && bindings[at].is_lapsed(now)) {
            at = bindings[at].next_of_device;
        }
        return at != no_position;
    };
    return bindings[a].profile == bindings[b].profile && is_registered(a) && is_registered(b);
}

std::optional<PublicKey> Registry::key_of(DeviceId device) const {
    const std::uint32_t found = find_device(device);
    if (found == no_position) return std::nullopt;
    return bindings[found].key;
}

std::size_t Registry::memory_size() const {
    return capacity_size(bindings) + capacity_size(identifiers) + capacity_size(links) +
           capacity_size(device_index.slots) + capacity_size(identifier_index.slots) +
           capacity_size(bytes.units);
}

std::uint32_t Registry::find_device(DeviceId device) const {
    return device_index.find(index_hash(key, device), [&](std::uint32_t position) {
        return bindings[position].device == device;
    });
}

std::uint32_t Registry::find_identifier(ByteView text) const {
    return identifier_index.find(index_hash(key, text), [&](std::uint32_t position) {
        return are_equal(bytes.view(identifiers[position].text), text);
    });
}

std::uint32_t Registry::find_binding(DeviceId device, PushProvider provider) const {
    std::uint32_t at = find_device(device);
    while (at != no_position && bindings[at].provider != provider) {
        at = bindings[at].next_of_device;
    }
    return at;
}

std::uint32_t Registry::newest_of(std::uint32_t first) const {
    std::uint32_t newest = first;
    for (std::uint32_t at = first; at != no_position; at = bindings[at].next_of_device) {
        if (bindings[at].incarnation > bindings[newest].incarnation) newest = at;
    }
    return newest;
}

BoundToken Registry::bound_token(const Binding& binding) const {
    return {.device = binding.device,
            .incarnation = binding.incarnation,
            .provider = binding.provider,
            .token = bytes.view(binding.token)};
}

void Registry::sweep(Instant now) {
    Releases nobody_asks;
    for (int i = 0; i < swept_per_registration && !bindings.empty(); ++i) {
        sweep_at = sweep_at + 1 < bindings.size() ? sweep_at + 1 : 0;
        const Binding& binding = bindings[sweep_at];
        if (!binding.device.is_none() && binding.is_lapsed(now - remembered_after_lease)) {
            remove_binding(sweep_at, nobody_asks);
        }
    }
    for (int i = 0; i < swept_per_registration && !identifiers.empty(); ++i) {
        identifier_sweep_at =
            identifier_sweep_at + 1 < identifiers.size() ? identifier_sweep_at + 1 : 0;
        BoundIdentifier& identifier = identifiers[identifier_sweep_at];
        if (!identifier.is_taken_over ||
            now < instant_of(identifier.proven) + timing::credential_lifetime) {
            continue;
        }
        // What the former owner may still hold has expired by now.
        identifier.is_taken_over = false;
        if (identifier.first_link == no_position) remove_identifier(identifier_sweep_at);
    }
}

// A device that has gone over to another account is no longer reached through the old one.
void Registry::drop_other_profiles(DeviceId device, ProfileId profile, Releases& released) {
    for (std::uint32_t at = find_device(device); at != no_position;) {
        const std::uint32_t next = bindings[at].next_of_device;
        if (bindings[at].profile != profile) remove_binding(at, released);
        at = next;
    }
}

std::uint32_t Registry::add_binding(DeviceId device, PushProvider provider) {
    const std::uint32_t first = find_device(device);
    const std::uint32_t position = take_record(bindings, free_binding, &Binding::next_of_device);
    Binding& binding = bindings[position];
    binding.device = device;
    binding.provider = provider;
    if (first == no_position) {
        device_index.insert(index_hash(key, device), position);
    } else {
        binding.next_of_device = bindings[first].next_of_device;
        bindings[first].next_of_device = position;
    }
    return position;
}

void Registry::remove_binding(std::uint32_t position, Releases& released) {
    mark_former(position);
    drop_former(position, released);
    set_token(position, {});
    const DeviceId device = bindings[position].device;
    const std::uint32_t next = bindings[position].next_of_device;
    std::uint32_t at = find_device(device);
    if (at != position) {
        while (bindings[at].next_of_device != position) {
            at = bindings[at].next_of_device;
        }
        bindings[at].next_of_device = next;
    } else if (next != no_position) {
        device_index.rename(index_hash(key, device), position, next);
    } else {
        device_index.erase(index_hash(key, device), position);
    }
    free_record(bindings, position, free_binding, &Binding::next_of_device);
}

// True if anything of the binding is new or gone.
bool Registry::take_part(std::uint32_t position,
                         const RegisterDevice& registration,
                         RegistrationOutcome& outcome) {
    Binding& binding = bindings[position];
    const ByteView token = registration.token.value.view();
    const auto part = static_cast<std::uint8_t>(1U << registration.part);
    const bool is_other_token = !are_equal(bytes.view(binding.token), token);
    const bool begins_anew = binding.incarnation != registration.incarnation || is_other_token ||
                             binding.profile != registration.profile ||
                             (binding.parts_come & part) != 0;
    bool has_changed = is_other_token || binding.profile != registration.profile;
    if (begins_anew) {
        mark_former(position);
        binding.parts_come = 0;
    }
    if (is_other_token) set_token(position, token);
    binding.profile = registration.profile;
    binding.parts_come |= part;
    for (std::size_t i = 0; i < registration.identifiers.size(); ++i) {
        if (registration.identifiers[i].empty()) continue;
        bool is_refused = false;
        has_changed |= take_identifier(position,
                                       registration.identifiers[i],
                                       registration.credential(i).proven,
                                       outcome,
                                       is_refused);
        if (is_refused) outcome.refused |= static_cast<std::uint8_t>(1U << i);
    }
    const unsigned all_parts = (1U << registration.parts) - 1;
    if (bindings[position].parts_come == all_parts) {
        has_changed |= drop_former(position, outcome.released);
    }
    return has_changed;
}

// True if the binding had not been for this identifier.
bool Registry::take_identifier(std::uint32_t position,
                               const EndpointIdentifier& identifier,
                               std::uint32_t proven,
                               RegistrationOutcome& outcome,
                               bool& is_refused) {
    const ByteView text = bytes_of(identifier.text());
    std::uint32_t found = find_identifier(text);
    if (found == no_position) {
        found = add_identifier(text);
    } else if (!take_over(found, bindings[position].profile, proven, outcome.released)) {
        is_refused = true;
        return false;
    }
    identifiers[found].proven = std::max(identifiers[found].proven, proven);
    const std::uint32_t known = find_link(position, found);
    if (known == no_position) {
        link(position, found);
        return true;
    }
    links[known].is_former = false;
    return false;
}

// False if the identifier is another profile's, or was, and this proof is not newer.
bool Registry::take_over(std::uint32_t identifier,
                         ProfileId profile,
                         std::uint32_t proven,
                         Releases& released) {
    BoundIdentifier& owned = identifiers[identifier];
    const std::uint32_t first = owned.first_link;
    if (first == no_position) return proven >= owned.proven;
    if (bindings[links[first].binding].profile == profile) return true;
    if (proven <= owned.proven) return false;
    owned.is_taken_over = true;
    while (identifiers[identifier].first_link != no_position) {
        std::uint32_t* slot =
            &bindings[links[identifiers[identifier].first_link].binding].first_link;
        while (links[*slot].identifier != identifier) {
            slot = &links[*slot].next_of_binding;
        }
        release(*slot, released);
    }
    return true;
}

void Registry::set_token(std::uint32_t position, ByteView token) {
    bytes.release(bindings[position].token);
    bindings[position].token = token.empty() ? ByteRange{} : bytes.store(token);
}

void Registry::mark_former(std::uint32_t position) {
    for (std::uint32_t at = bindings[position].first_link; at != no_position;
         at = links[at].next_of_binding) {
        links[at].is_former = true;
    }
}

// False if there was nothing to drop.
bool Registry::drop_former(std::uint32_t position, Releases& released) {
    bool has_dropped = false;
    std::uint32_t* slot = &bindings[position].first_link;
    while (*slot != no_position) {
        if (links[*slot].is_former) {
            release(*slot, released);
            has_dropped = true;
        } else {
            slot = &links[*slot].next_of_binding;
        }
    }
    return has_dropped;
}

// Ends the link at this place of its binding's list, and says so unless the device is bound to the
// identifier through another provider too.
void Registry::release(std::uint32_t& slot, Releases& released) {
    const std::uint32_t position = slot;
    const Link gone = links[position];
    const DeviceId device = bindings[gone.binding].device;
    Release release{.device = device, .identifier = {}};
    CHECK(release.identifier.assign(text_of(bytes.view(identifiers[gone.identifier].text))),
          "what was an identifier is still one");
    slot = gone.next_of_binding;
    unlink(position);
    if (!is_bound(device, gone.identifier)) released.push_back(release);
}

std::uint32_t Registry::add_identifier(ByteView text) {
    const std::uint32_t position =
        take_record(identifiers, free_identifier, &BoundIdentifier::first_link);
    identifiers[position].text = bytes.store(text);
    identifier_index.insert(index_hash(key, text), position);
    return position;
}

void Registry::remove_identifier(std::uint32_t position) {
    const ByteRange text = identifiers[position].text;
    identifier_index.erase(index_hash(key, bytes.view(text)), position);
    bytes.release(text);
    free_record(identifiers, position, free_identifier, &BoundIdentifier::first_link);
}

std::uint32_t Registry::find_link(std::uint32_t binding, std::uint32_t identifier) const {
    std::uint32_t at = bindings[binding].first_link;
    while (at != no_position && links[at].identifier != identifier) {
        at = links[at].next_of_binding;
    }
    return at;
}

bool Registry::is_bound(DeviceId device, std::uint32_t identifier) const {
    std::uint32_t at = find_device(device);
    while (at != no_position && find_link(at, identifier) == no_position) {
        at = bindings[at].next_of_device;
    }
    return at != no_position;
}

void Registry::link(std::uint32_t binding, std::uint32_t identifier) {
    const std::uint32_t position = take_record(links, free_link, &Link::next);
    std::uint32_t& first = identifiers[identifier].first_link;
    if (first != no_position) links[first].previous = position;
    links[position] = {.binding = binding,
                       .identifier = identifier,
                       .previous = no_position,
                       .next = first,
                       .next_of_binding = bindings[binding].first_link};
    first = position;
    bindings[binding].first_link = position;
}

// Precondition: it is in the list of its identifier only.
void Registry::unlink(std::uint32_t position) {
    const Link gone = links[position];
    BoundIdentifier& identifier = identifiers[gone.identifier];
    if (gone.next != no_position) links[gone.next].previous = gone.previous;
    (gone.previous != no_position ? links[gone.previous].next : identifier.first_link) = gone.next;
    free_record(links, position, free_link, &Link::next);
    // One that was taken over is remembered with its proof.
    if (identifier.first_link == no_position && !identifier.is_taken_over) {
        remove_identifier(gone.identifier);
    }
}

}  // namespace invitro::protocol
