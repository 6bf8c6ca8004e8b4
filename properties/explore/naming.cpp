#include "properties/explore/naming.hpp"

#include "protocol/security/ticket.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/state.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace invitro::properties::explore {
namespace {

using namespace protocol;  // NOLINT(google-build-using-namespace): the types of all its states

constexpr std::uint32_t incarnations_known = 4;
constexpr std::uint32_t draws_known = 64;
constexpr std::uint32_t call_keys_known = incarnations_known * draws_known;  // of a device

// What comes next in a name that is not told as it is.
enum class Mark : std::uint8_t {
    device = 0xD1,
    address = 0xD2,
    public_key = 0xD3,
    call_key = 0xD4,
    reference = 0xD5,
    as_at_first = 0xD6,
    inactive = 0xD7,
    as_it_is = 0xD8,
};

using KeyId = Id128<CallKeyTag>;

KeyId key_id(const CallKey& key) {
    KeyId id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.high = id.high << 8 | key[i];
        id.low = id.low << 8 | key[8 + i];
    }
    return id;
}

class Namer {
public:
    Namer(const Identities& identities, const Places& places, Instant now, Name& name)
        : identities_(identities), places_(places), now_(now), name_(name) {}

    // ---- leaves -------------------------------------------------------------------------------

    void add(const RandomValue& /*follows from others*/) {}

    void add(const Tag128& /*follows from the message*/) {}

    void add(const Counter& /*a statistic*/) {}

    void add(Instant at) { leaf::put(name_.bytes, at == never ? at : Instant{at - now_}); }

    // What binds it follows from the message or the record it stands in.
    void add(const Ticket& ticket) { leaf::put(name_.bytes, expiry_of(ticket)); }

    void add(const DeviceId& id) {
        const auto found = std::find_if(identities_.devices.begin(),
                                        identities_.devices.end(),
                                        [&](const NamedDevice& one) { return one.id == id; });
        add_known(found, Mark::device, id);
    }

    void add(const TransactionId& id) {
        if (id.is_none()) return leaf::put(name_.bytes, Mark::as_it_is);
        const Hash128 reference{.high = id.high, .low = id.low};
        auto& all = name_.references;
        const auto found = std::find(all.begin(), all.end(), reference);
        leaf::put(name_.bytes, Mark::reference);
        leaf::put(name_.bytes, static_cast<std::uint32_t>(found - all.begin()));
        if (found == all.end()) all.push_back(reference);
    }

    void add(const Address& address) {
        const auto found = std::find_if(
            identities_.devices.begin(), identities_.devices.end(), [&](const NamedDevice& one) {
                return one.ip == address.ip;
            });
        if (found == identities_.devices.end()) return add_known(found, Mark::address, address);
        add_known(found, Mark::address, address);
        leaf::put(name_.bytes, address.port);
    }

    // A call key or a public key: both are 32 octets.
    void add(const CallKey& key) {
        if (const std::uint32_t* drawn = identities_.call_keys.find(key_id(key))) {
            leaf::put(name_.bytes, Mark::call_key);
            leaf::put(name_.bytes, places_[*drawn / call_keys_known]);
            leaf::put(name_.bytes, *drawn % call_keys_known);
            return;
        }
        const auto found = std::find_if(identities_.devices.begin(),
                                        identities_.devices.end(),
                                        [&](const NamedDevice& one) { return one.key == key; });
        add_known(found, Mark::public_key, key);
    }

    // ---- records of which not everything counts -----------------------------------------------

    void add(const Retransmission& exchange) {
        if (!exchange.is_active()) return leaf::put(name_.bytes, Mark::inactive);
        add(exchange.due);
        leaf::put(name_.bytes, exchange.tries);
    }

    void add(const ClientState& client) {
        add(client.broker_choice);
        add(client.addresses);
        add(client.config.device);
        const auto known = std::find_if(
            identities_.devices.begin(), identities_.devices.end(), [&](const NamedDevice& one) {
                return one.id == client.config.device;
            });
        const bool is_as_at_first = known != identities_.devices.end() &&
                                    client.registration.size() == 1 &&
                                    client.registration.front() == known->registration;
        leaf::put(name_.bytes, is_as_at_first ? Mark::as_at_first : Mark::as_it_is);
        if (!is_as_at_first) add(client.registration);
        add(client.activity);
    }

    // What a broker that is alone has of its cluster says nothing, and its configuration is fixed.
    void add(const BrokerState& broker) {
        const bool is_as_at_first = broker.registry == identities_.registry;
        leaf::put(name_.bytes, is_as_at_first ? Mark::as_at_first : Mark::as_it_is);
        if (!is_as_at_first) serialise(broker.registry, name_.bytes);
        add(broker.mailed);
        add(broker.calls.next_number);
        add(broker.calls.calls);
        add(broker.sessions.records);
        add(broker.admission.room);
        for (const RateLimiter* limiter : {&broker.admission.callers,
                                           &broker.admission.call_sources,
                                           &broker.admission.registration_sources}) {
            add(limiter->buckets);
            add(limiter->hand);
        }
    }

    void add(const JournalState& journal) {
        add(journal.snapshot_due);
        add(journal.waiting);
    }

    void add(const Call& call) {
        add(call.number);
        add(call.opened_at);
        add(call.end);
        add(call.initiator_told);
        add(call.is_lifetime_over);
        add(call.initiator_address);
        add(call.initiator_ended);
        add_sorted(call.invitees);
        add_sorted(call.tokens);
        add(call.accepts);
        add(call.previous_of_callee);
        add(call.next_of_callee);
        add(call.choice);
        add(call.request);
    }

    // Where its tokens begin is told by the tokens.
    void add(const Invitee& invitee) {
        Invitee told = invitee;
        told.first_token = no_position;
        add_fields(told);
    }

    void add(const InvitedToken& token) {
        add(token.device);
        add(token.bytes_size);
        add(token.provider);
        add(token.is_in_use);
        add(token.incarnation);
    }

    // ---- everything else ----------------------------------------------------------------------

    void add(std::monostate /*nothing*/) {}

    void add(const PushToken& token) {
        add(token.provider);
        add(token.value);
    }

    template <HasFields T>
    void add(const T& value) {
        add_fields(value);
    }

    template <Leaf T>
    void add(const T& value) {
        leaf::put(name_.bytes, value);
    }

    template <detail::Item T, std::size_t size>
    void add(const std::array<T, size>& items) {
        for (const T& item : items) {
            add(item);
        }
    }

    template <detail::Item T>
    void add(const std::vector<T>& items) {
        add_items(items);
    }

    template <detail::Item T, std::size_t capacity>
    void add(const InlineVector<T, capacity>& items) {
        add_items(items);
    }

    template <class T>
    void add(const std::optional<T>& value) {
        add(value.has_value());
        if (value) add(*value);
    }

    template <class... T>
    void add(const std::variant<T...>& value) {
        add(static_cast<std::uint8_t>(value.index()));
        std::visit([&](const auto& one) { add(one); }, value);
    }

private:
    template <class T>
    void add_fields(const T& value) {
        for_each_field(value, [&](const auto& /*field*/, const auto& member) { add(member); });
    }

    template <class Items>
    void add_items(const Items& items) {
        add(static_cast<std::uint32_t>(items.size()));
        for (const auto& item : items) {
            add(item);
        }
    }

    // By the new places of their devices.
    template <class T>
    void add_sorted(const std::vector<T>& items) {
        std::vector<std::pair<std::uint32_t, const T*>> sorted;
        for (const T& item : items) {
            sorted.emplace_back(place_of(item.device), &item);
        }
        std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
        add(static_cast<std::uint32_t>(sorted.size()));
        for (const auto& one : sorted) {
            add(*one.second);
        }
    }

    [[nodiscard]] std::uint32_t place_of(const DeviceId& id) const {
        for (std::size_t i = 0; i < identities_.devices.size(); ++i) {
            if (identities_.devices[i].id == id) return places_[i];
        }
        return static_cast<std::uint32_t>(places_.size());
    }

    // The device's place where it is one, else the value as it is.
    template <class Found, class T>
    void add_known(Found found, Mark mark, const T& value) {
        if (found == identities_.devices.end()) {
            leaf::put(name_.bytes, Mark::as_it_is);
            return leaf::put(name_.bytes, value);
        }
        leaf::put(name_.bytes, mark);
        leaf::put(name_.bytes,
                  places_[static_cast<std::size_t>(found - identities_.devices.begin())]);
    }

    const Identities& identities_;
    const Places& places_;
    Instant now_;
    Name& name_;
};

}  // namespace

void Identities::add_call_keys(std::uint32_t device,
                               std::uint32_t incarnation,
                               const RandomValue& seed) {
    CHECK(incarnation >= 1 && incarnation <= incarnations_known, "few kills are explored");
    const std::uint32_t first = device * call_keys_known + (incarnation - 1) * draws_known;
    for (std::uint32_t counter = 0; counter < draws_known; ++counter) {
        const CallKey key = draw(seed, Purpose::call_key, counter).octets;
        call_keys.try_emplace(key_id(key), first + counter);
    }
}

std::uint32_t Identities::owner_of(const CallKey& key) const {
    const std::uint32_t* drawn = call_keys.find(key_id(key));
    return drawn == nullptr ? static_cast<std::uint32_t>(devices.size()) : *drawn / call_keys_known;
}

Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const ClientState& client) {
    Name name;
    Namer(identities, places, now, name).add(client);
    return name;
}

Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const BrokerState& broker,
             const JournalState& journal) {
    Name name;
    Namer namer(identities, places, now, name);
    namer.add(broker);
    namer.add(journal);
    return name;
}

Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const RelayState& relay) {
    Name name;
    Namer namer(identities, places, now, name);
    namer.add(relay.couplings);
    namer.add(relay.order);
    namer.add(relay.vacant);
    namer.add(relay.lapses.heap);
    return name;
}

Name name_of(const Identities& identities, const Places& places, const Message& message) {
    Name name;
    Namer(identities, places, Instant{}, name).add(message);
    return name;
}

void add_address(const Identities& identities,
                 const Places& places,
                 const Address& address,
                 Name& name) {
    Namer(identities, places, Instant{}, name).add(address);
}

void add_device(const Identities& identities,
                const Places& places,
                const DeviceId& device,
                Name& name) {
    Namer(identities, places, Instant{}, name).add(device);
}

}  // namespace invitro::properties::explore
