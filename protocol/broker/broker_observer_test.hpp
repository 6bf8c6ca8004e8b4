// A naive observer of a broker: it sees what goes in and what comes out, and knows what must hold.
//
// It keeps the facts of each call in plain maps and never looks at the broker's state, so the
// broker cannot certify itself. Promises are checked as they are made; what is owed is checked as
// time goes. A check that fails fails the RapidCheck property that is running.
#pragma once

#include "protocol/broker/broker_fixture_test.hpp"

#include <map>
#include <set>
#include <vector>

namespace invitro::protocol::testing {

class BrokerObserver {
public:
    // A datagram is about to be handled. `is_genuine`: its ticket, if it has one, is right.
    void hear(const Message& message, bool is_genuine);

    // What came out at `now`.
    void see(Instant now, const Outputs& outputs);

private:
    struct CallFacts {
        Instant opened_at = never;
        Duration lifetime{};
        bool is_cancelled = false;
        bool is_declined_everywhere = false;
        bool is_end_told = false;
        std::vector<InviteRequest> requests;
        std::vector<InviteUpdate> updates;
        std::set<DeviceId> declined;
        std::map<DeviceId, std::vector<ConnectionData>> sent;
        std::map<DeviceId, ConnectionData> forwarded;
        std::map<DeviceId, Instant> owed;  // acknowledged accepts, and when last forwarded
        std::set<DeviceId> acknowledged;
        std::map<DeviceId, std::set<EndReason>> told;

        [[nodiscard]] DeviceId initiator() const {
            return requests.empty() ? DeviceId{} : requests.front().initiator;
        }
    };

    CallFacts& facts(CallId call) { return calls_[call]; }

    template <class M>
    void see_message(Instant now, const M& message);
    void see_message(Instant now, const InviteProgress& message);
    void see_message(Instant now, const CancelAck& message);
    void see_message(Instant now, const AcceptAck& message);
    void see_message(Instant now, const AcceptForward& message);
    void see_message(Instant now, const InvitePush& message);
    void see_message(Instant now, const InviteDismiss& message);
    void see_message(Instant now, const InviteEnded& message);
    void see_message(Instant now, const AcceptRefused& message);
    void see_reason(Instant now, CallId id, DeviceId device, EndReason reason);
    static bool is_true(Instant now, const CallFacts& call, DeviceId device, EndReason reason);
    void check_owed(Instant now) const;

    std::map<CallId, CallFacts> calls_;
    std::set<DeviceId> unregistered_;  // at some time
};

}  // namespace invitro::protocol::testing
