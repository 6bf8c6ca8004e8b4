// Measures a world from its boundary events.
//
//   time_to_ring          the initiator's CallCommand -> Ringing, per device
//   accept_delivery       AcceptCommand -> AcceptArrived at the initiator
//   time_to_first_accept  CallCommand -> the call's first AcceptArrived
//   time_to_connect       AcceptCommand -> Connected at the initiator
//   time_to_silence       policy `first`: the first Connected at the initiator -> RingingStopped at
//                         each device that rang then and did not decline by itself
//   direct_rate           of the accepting devices to which a path was found or given up, those
//                         that are connected without a relay
//   messages, bytes, pushes per call: what was sent with the call's id on it
//
// Times are the world's own. Datagrams are counted when they are sent, whatever becomes of them.
#pragma once

#include "protocol/vocabulary/dense_map.hpp"
#include "reports/metrics/measurements.hpp"
#include "reports/metrics/whereabouts.hpp"
#include "scenarios/world.hpp"
#include "sim/observer.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::reports {

class Metrics : public sim::Observer {
public:
    // `index` is the world's number in its campaign. The world must outlive this.
    Metrics(const scenarios::World& world, std::uint64_t index);

    void observe(const model::Event& event) override;

    // Complete once WorldEnded was observed.
    [[nodiscard]] const Measurements& measurements() const { return measurements_; }

private:
    // A device in a call that is not its initiator.
    struct Participant {
        std::uint32_t device = 0;
        protocol::PushProvider provider = protocol::PushProvider::apns;
        bool is_ringing = false;
        bool arrived = false;
        bool decided = false;   // connected, or no path
        protocol::DeviceId id;  // known once it accepts
        std::optional<protocol::Instant> accepted;
    };

    struct Call {
        std::uint32_t initiator = 0;
        protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
        protocol::Instant requested{};
        std::optional<protocol::Instant> connected;
        bool has_accept = false;
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::uint64_t pushes = 0;
        std::vector<Participant> participants;
    };

    struct PendingCall {
        protocol::Instant at{};
        protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
    };

    Call* find(const protocol::CallId& id);
    static Participant& participant(Call& call, std::uint32_t device);
    static Participant* acceptor(Call& call, const protocol::DeviceId& id);
    [[nodiscard]] Circumstances circumstances(const Call& call,
                                              const Participant& participant,
                                              protocol::Instant at) const;
    void record(Measure measure,
                const Call& call,
                const Participant& participant,
                protocol::Instant from,
                protocol::Instant to);
    void decide(const Call& call,
                Participant& participant,
                protocol::Instant at,
                const PairOutcomes& outcome);

    void on_sent(const model::EventHeader& header, const model::DatagramSent& sent);
    void on_push(const model::EventHeader& header, const model::PushSubmitted& push);
    void on_command(const model::EventHeader& header, const protocol::Command& command);
    void on_accept(const model::EventHeader& header);
    void on_notification(const model::EventHeader& header,
                         const protocol::Notification& notification);
    void on_started(const model::EventHeader& header, const protocol::CallId& id);
    void on_ringing(const model::EventHeader& header);
    void on_stopped(const model::EventHeader& header, protocol::EndReason reason);
    void on_arrived(const model::EventHeader& header, const protocol::AcceptArrived& arrived);
    void on_connected(const model::EventHeader& header, const protocol::Connected& connected);
    void on_disconnected(const model::EventHeader& header, const protocol::Disconnected& gone);
    void on_world_ended();

    Whereabouts whereabouts_;
    protocol::SealSuite security_;
    std::uint64_t world_seed_;
    std::uint64_t index_;
    protocol::DenseMap<protocol::CallId, Call> calls_;
    protocol::DenseMap<std::uint32_t, PendingCall> pending_;  // by initiator, until CallStarted
    Measurements measurements_;
};

}  // namespace invitro::reports
