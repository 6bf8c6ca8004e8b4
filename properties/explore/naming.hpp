// Names of states and messages of the service: bytes that are equal for what behaves alike.
//
// Left out is what decides nothing: statistics, keys and tags that follow from others, how many
// values were drawn, how often an exchange that is over was tried. Times are told from now on.
// Devices are told by their places, after renaming: their ids, addresses, keys and call keys. What
// is kept in an order that says nothing is put in the order of the renamed devices.
//
// Whatever is not known here is told as it is, so that an oversight costs states and hides nothing.
#pragma once

#include "properties/explore/subject.hpp"
#include "protocol/broker/broker_state.hpp"
#include "protocol/broker/durable_broker.hpp"
#include "protocol/client/client_state.hpp"
#include "protocol/paths/relay.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <vector>

namespace invitro::properties::explore {

// A device as the names know it.
struct NamedDevice {
    protocol::DeviceId id;
    protocol::IpAddress ip;
    protocol::PublicKey key{};
    protocol::Registration registration;  // as it is at first
};

// Who is who.
struct Identities {
    std::vector<NamedDevice> devices;
    protocol::Registry registry;  // the broker's, as it is at first

    // Names of keys that devices draw for their calls.
    protocol::DenseMap<protocol::Id128<struct CallKeyTag>, std::uint32_t> call_keys;

    // Lets the keys be known that this device draws for its calls in this incarnation, from 1 on.
    void add_call_keys(std::uint32_t device,
                       std::uint32_t incarnation,
                       const protocol::RandomValue& seed);

    // The device that has drawn this key, or none (the number of devices).
    [[nodiscard]] std::uint32_t owner_of(const protocol::CallKey& key) const;
};

// Renamed: the new place of each device.
using Places = std::vector<std::uint32_t>;

Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const protocol::ClientState& client);
Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const protocol::BrokerState& broker,
             const protocol::JournalState& journal);
Name name_of(const Identities& identities,
             const Places& places,
             Instant now,
             const protocol::RelayState& relay);
Name name_of(const Identities& identities, const Places& places, const protocol::Message& message);
void add_address(const Identities& identities,
                 const Places& places,
                 const protocol::Address& address,
                 Name& name);
void add_device(const Identities& identities,
                const Places& places,
                const protocol::DeviceId& device,
                Name& name);

}  // namespace invitro::properties::explore
