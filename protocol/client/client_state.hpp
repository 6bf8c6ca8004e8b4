// Everything a client knows, as plain values.
//
// An idle client is small: what belongs to calls sits behind one vector that is empty while there
// are none, and the registration is held in as many bytes as it has.
#pragma once

#include "protocol/client/brokers.hpp"
#include "protocol/client/incoming_call.hpp"
#include "protocol/client/outgoing_call.hpp"
#include "protocol/client/pending_fetch.hpp"
#include "protocol/client/registration.hpp"
#include "protocol/client/relay_link.hpp"
#include "protocol/client/transfer.hpp"
#include "protocol/paths/session.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct ClientConfig {
    DeviceId device;
    RandomValue seed;  // of this incarnation
    // The nodes of one service, at least one; the first is asked first.
    std::vector<BrokerAddresses> brokers{};
    // Two of each IP family, on different addresses; none where there is none.
    std::array<Address, 4> reflectors{};
    PublicKey key{};         // whose hash `device` is
    bool is_sealed = false;  // the broker is known by its seal, and not by its address

    bool operator==(const ClientConfig&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &ClientConfig::device),
                          field("seed", &ClientConfig::seed),
                          field("brokers", &ClientConfig::brokers),
                          field("reflectors", &ClientConfig::reflectors),
                          field("key", &ClientConfig::key),
                          field("is_sealed", &ClientConfig::is_sealed)};
    }
};

// What is under way at a client that is not idle.
struct ClientActivity {
    std::vector<OutgoingCall> outgoing;
    std::vector<IncomingCall> incoming;
    std::vector<Session> sessions;  // of calls in either role; they outlive the calls
    std::vector<WakingUp> waking;   // at most one for each broker known
    std::vector<MovingSession> moving;
    std::vector<OfferedLeg> offered;
    std::vector<ArrivingLeg> arriving;
    std::vector<RelayLink> relays;  // of searches and sessions without a direct path

    bool operator==(const ClientActivity&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("outgoing", &ClientActivity::outgoing),
                          field("incoming", &ClientActivity::incoming),
                          field("sessions", &ClientActivity::sessions),
                          field("waking", &ClientActivity::waking),
                          field("moving", &ClientActivity::moving),
                          field("offered", &ClientActivity::offered),
                          field("arriving", &ClientActivity::arriving),
                          field("relays", &ClientActivity::relays)};
    }

    [[nodiscard]] bool empty() const {
        const bool is_transferring = !moving.empty() || !offered.empty() || !arriving.empty();
        return outgoing.empty() && incoming.empty() && sessions.empty() && relays.empty() &&
               waking.empty() && !is_transferring;
    }
};

struct ClientState {
    ClientConfig config;
    std::uint64_t draws = 0;  // how many values were drawn from the seed
    BrokerChoice broker_choice;
    std::vector<Address> addresses;          // the device's own, preferred ones first
    std::vector<Registration> registration;  // at most one
    std::vector<ClientActivity> activity;    // at most one; none while idle

    bool operator==(const ClientState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("config", &ClientState::config),
                          field("draws", &ClientState::draws),
                          field("broker_choice", &ClientState::broker_choice),
                          field("addresses", &ClientState::addresses),
                          field("registration", &ClientState::registration),
                          field("activity", &ClientState::activity)};
    }
};

}  // namespace invitro::protocol
