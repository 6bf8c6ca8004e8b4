#include "protocol/broker/registration.hpp"

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
    drop_other_profiles(registration.device, registration.profile);

    const PushProvider provider = registration.token.provider;
    std::uint32_t position = find_binding(registration.device, provider);
    const bool is_known = position != no_position;
    const bool is_same = is_known && says_the_same(bindings[position], registration);
    if (!is_known) position = add_binding(registration.device, provider);
    if (!is_same) fill(position, registration);

    const Duration lease = std::clamp(registration.lease, Duration{}, timing::lease_max);
    bindings[position].incarnation = registration.incarnation;
    bindings[position].lease_expiry = now + lease;
    bindings[position].key = registration.key;
    return {.incarnation = registration.incarnation,
            .lease = lease,
            .is_in_force = true,
            .is_replacement = newest != no_position && !is_same};
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

// A refresh, which is what most registrations are, changes nothing but incarnation and lease.
bool Registry::says_the_same(const Binding& binding, const RegisterDevice& other) const {
    if (binding.profile != other.profile) return false;
    if (!are_equal(bytes.view(binding.token), other.token.value.view())) return false;
    std::size_t count = 0;
    for (std::uint32_t at = binding.first_link; at != no_position; at = links[at].next_of_binding) {
        const ByteView text = bytes.view(identifiers[links[at].identifier].text);
        const auto is_text = [&](const EndpointIdentifier& identifier) {
            return are_equal(bytes_of(identifier.text()), text);
        };
        if (std::none_of(other.identifiers.begin(), other.identifiers.end(), is_text)) return false;
        ++count;
    }
    // A list that names one identifier twice counts as changed: it is bound anew, to the same end.
    return count == other.identifiers.size();
}

void Registry::sweep(Instant now) {
    for (int i = 0; i < swept_per_registration && !bindings.empty(); ++i) {
        sweep_at = sweep_at + 1 < bindings.size() ? sweep_at + 1 : 0;
        const Binding& binding = bindings[sweep_at];
        if (!binding.device.is_none() && binding.is_lapsed(now - remembered_after_lease)) {
            remove_binding(sweep_at);
        }
    }
}

// A device that has gone over to another account is no longer reached through the old one.
void Registry::drop_other_profiles(DeviceId device, ProfileId profile) {
    for (std::uint32_t at = find_device(device); at != no_position;) {
        const std::uint32_t next = bindings[at].next_of_device;
        if (bindings[at].profile != profile) remove_binding(at);
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

void Registry::remove_binding(std::uint32_t position) {
    strip(position);
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

// What the registration says, in place of what the binding said before.
void Registry::fill(std::uint32_t position, const RegisterDevice& registration) {
    strip(position);
    bindings[position].profile = registration.profile;
    bindings[position].token = bytes.store(registration.token.value.view());
    for (const EndpointIdentifier& identifier : registration.identifiers) {
        if (identifier.empty()) continue;
        const ByteView text = bytes_of(identifier.text());
        std::uint32_t found = find_identifier(text);
        if (found == no_position) found = add_identifier(text);
        if (!is_linked(position, found)) link(position, found);
    }
}

void Registry::strip(std::uint32_t position) {
    while (bindings[position].first_link != no_position) {
        unlink(bindings[position].first_link);
    }
    bytes.release(bindings[position].token);
    bindings[position].token = {};
}

std::uint32_t Registry::add_identifier(ByteView text) {
    const std::uint32_t position =
        take_record(identifiers, free_identifier, &BoundIdentifier::first_link);
    identifiers[position].text = bytes.store(text);
    identifier_index.insert(index_hash(key, text), position);
    return position;
}

bool Registry::is_linked(std::uint32_t binding, std::uint32_t identifier) const {
    std::uint32_t at = bindings[binding].first_link;
    while (at != no_position && links[at].identifier != identifier) {
        at = links[at].next_of_binding;
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

// Precondition: it is the first link of its binding.
void Registry::unlink(std::uint32_t position) {
    const Link gone = links[position];
    BoundIdentifier& identifier = identifiers[gone.identifier];
    bindings[gone.binding].first_link = gone.next_of_binding;
    if (gone.next != no_position) links[gone.next].previous = gone.previous;
    (gone.previous != no_position ? links[gone.previous].next : identifier.first_link) = gone.next;
    free_record(links, position, free_link, &Link::next);
    if (identifier.first_link != no_position) return;

    identifier_index.erase(index_hash(key, bytes.view(identifier.text)), gone.identifier);
    bytes.release(identifier.text);
    free_record(identifiers, gone.identifier, free_identifier, &BoundIdentifier::first_link);
}

}  // namespace invitro::protocol
