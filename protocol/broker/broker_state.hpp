// Everything a broker knows.
#pragma once

#include "protocol/application.hpp"
#include "protocol/broker/admission.hpp"
#include "protocol/broker/call_table.hpp"
#include "protocol/broker/cluster/cluster_state.hpp"
#include "protocol/broker/registration.hpp"
#include "protocol/broker/session_table.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <array>
#include <cstddef>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct BrokerConfig {
    Address address;         // where clients reach it
    Address address_v6;      // ... by IPv6; none if they do not
    RandomValue seed;        // of this incarnation
    RandomValue ticket_key;  // of the service: the same for every broker and incarnation
    bool is_sealed = false;  // nothing is believed that no seal vouches for
    RandomValue relay_key;   // of the service, shared with its relays
    std::vector<Address> relays;
    BrokerLimits limits = {};
    NodeNumber node = 0;      // its number in the cluster
    Membership membership{};  // the operator's first; without members: no cluster

    bool operator==(const BrokerConfig&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("address", &BrokerConfig::address),
                          field("address_v6", &BrokerConfig::address_v6),
                          field("seed", &BrokerConfig::seed),
                          field("ticket_key", &BrokerConfig::ticket_key),
                          field("is_sealed", &BrokerConfig::is_sealed),
                          field("relay_key", &BrokerConfig::relay_key),
                          field("relays", &BrokerConfig::relays),
                          field("limits", &BrokerConfig::limits),
                          field("node", &BrokerConfig::node),
                          field("membership", &BrokerConfig::membership)};
    }
};

// Statistics; nothing is ever decided by them.
struct BrokerCounters {
    Counter datagrams_received;
    Counter datagrams_sent;
    Counter pushes_sent;
    Counter calls_opened;
    std::array<Counter, remark_kind_count> remarks{};  // by RemarkKind

    bool operator==(const BrokerCounters&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("datagrams_received", &BrokerCounters::datagrams_received),
                          field("datagrams_sent", &BrokerCounters::datagrams_sent),
                          field("pushes_sent", &BrokerCounters::pushes_sent),
                          field("calls_opened", &BrokerCounters::calls_opened),
                          field("remarks", &BrokerCounters::remarks)};
    }
};

// A link that was mailed: the same request once more asks for no second mail.
struct MailedLink {
    DeviceId device;
    TransactionId attempt;
    Instant at{};

    bool operator==(const MailedLink&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &MailedLink::device),
                          field("attempt", &MailedLink::attempt),
                          field("at", &MailedLink::at)};
    }
};

// The last of them; what a crash or more requests than this push out costs a second mail.
inline constexpr std::size_t mailed_links_max = 256;

struct BrokerState {
    BrokerConfig config;
    Registry registry;
    std::vector<MailedLink> mailed;  // oldest first
    CallTable calls;
    Admission admission;
    SessionTable sessions;
    ClusterState cluster;
    BrokerCounters counters;

    bool operator==(const BrokerState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("config", &BrokerState::config),
                          field("registry", &BrokerState::registry),
                          field("mailed", &BrokerState::mailed),
                          field("calls", &BrokerState::calls),
                          field("admission", &BrokerState::admission),
                          field("sessions", &BrokerState::sessions),
                          field("cluster", &BrokerState::cluster),
                          field("counters", &BrokerState::counters)};
    }

    // Calls, or what may hold some on their way between brokers.
    [[nodiscard]] bool holds_calls() const {
        return !calls.calls.empty() || cluster.is_handing_over();
    }
};

}  // namespace invitro::protocol
