#include "protocol/client/client.hpp"

#include "protocol/client/client_turn.hpp"

#include <algorithm>

namespace invitro::protocol {

namespace {

Instant transfers_deadline(const ClientActivity& activity) {
    Instant next = never;
    for (const MovingSession& one : activity.moving) {
        next = std::min(next, one.next_deadline());
    }
    for (const OfferedLeg& one : activity.offered) {
        next = std::min(next, one.next_deadline());
    }
    for (const ArrivingLeg& one : activity.arriving) {
        next = std::min(next, one.next_deadline());
    }
    return next;
}

}  // namespace

Client::Client(const ClientConfig& config) {
    state_.config = config;
}

void Client::handle(Instant now, const Input& input) {
    ClientTurn turn(now, state_, outbox_);
    // What was due before the input is done before it, so that a late deadline changes nothing.
    if (next_deadline() <= now) turn.serve();
    turn.take(input);
    turn.serve();
}

Instant Client::next_deadline() const {
    Instant next = never;
    for (const Registration& one : state_.registration) {
        next = std::min(next, one.next_deadline());
    }
    for (const ClientActivity& activity : state_.activity) {
        for (const auto& call : activity.outgoing) {
            next = std::min(next, call.next_deadline());
        }
        for (const auto& call : activity.incoming) {
            next = std::min(next, call.next_deadline());
        }
        for (const auto& session : activity.sessions) {
            next = std::min(next, session.next_deadline());
            if (session.is_live()) next = std::min(next, session.upkeep.due);
        }
        for (const auto& waking : activity.waking) {
            next = std::min(next, waking.next_deadline());
        }
        next = std::min(next, transfers_deadline(activity));
        for (const auto& relay : activity.relays) {
            next = std::min(next, relay.next_deadline());
        }
    }
    return next;
}

bool Client::is_idle() const {
    return state_.activity.empty() &&
           std::all_of(state_.registration.begin(),
                       state_.registration.end(),
                       [](const Registration& one) { return one.is_settled(); });
}

StoredClient Client::stored() const {
    StoredClient stored{.registration = state_.registration, .calls = {}};
    for (const ClientActivity& activity : state_.activity) {
        for (const OutgoingCall& call : activity.outgoing) {
            stored.calls.push_back(call.stored());
        }
    }
    return stored;
}

Client Client::restored(const ClientConfig& config, Instant now, const StoredClient& stored) {
    Client client(config);
    client.state_.registration = stored.registration;
    for (Registration& one : client.state_.registration) {
        // What was asked and not answered is asked again at once.
        const bool is_asked = one.exchange.is_active() && (!one.in_force || one.exchange.tries > 0);
        if (is_asked) one.exchange.start(now);
    }
    if (!stored.calls.empty()) {
        ClientTurn turn(now, client.state_, client.outbox_);
        turn.resume(stored.calls);
    }
    return client;
}

bool Client::expects_answer(const Address& address) const {
    const auto& reflectors = state_.config.reflectors;
    return Brokers::is_one(state_.config.brokers, address) ||
           std::find(reflectors.begin(), reflectors.end(), address) != reflectors.end();
}

// A broker, or a relay that one has offered.
bool Client::has_streams(const Address& address) const {
    if (Brokers::is_one(state_.config.brokers, address)) return true;
    for (const ClientActivity& activity : state_.activity) {
        for (const RelayLink& link : activity.relays) {
            for (const RelayAllocation& allocation : link.allocations) {
                if (allocation.route.relay == address) return true;
            }
        }
    }
    return false;
}

Client Client::registered(const ClientConfig& config,
                          Instant now,
                          const RegisterCommand& registration) {
    constexpr std::uint32_t first_incarnation = 1;
    Client client(config);
    client.state_.registration.push_back(Registration::of(registration, first_incarnation));
    client.state_.registration.front().confirm(now, timing::lease_max);
    return client;
}

}  // namespace invitro::protocol
