// The discrete-event loop: runs the nodes of one world, whatever protocol they speak.
//
// It knows nodes only through protocol/node.hpp (handle, poll_output, next_deadline) and a *cast*
// that owns them and plays the people around them:
//
//     struct Cast {
//         using Service = ...;                       // Command, Notification, Remark, call_of()
//         using Action = ...;                        // what its people do later
//         template <class Stage> void start(Stage&);   // what happens first
//         template <class Stage, class F> void visit(Stage&, NodeIndex, F&& f);    // f(node)
//         template <class Stage> void perform(Stage&, const Action&);              // its time came
//         template <class Stage> void heard(Stage&, NodeIndex, const Notification&);
//         std::optional<std::uint32_t> device_of_token(ByteView) const;
//     };
//
// `Stage` is this class; heard() may only schedule, since its node is being drained.
//
// The loop is the driver of architecture: it writes the boundary events, stamps them with time,
// sequence and cause, adds them to the fingerprint and shows them to the observers.
#pragma once

#include "model/event.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "scenarios/world.hpp"
#include "sim/active_faults.hpp"
#include "sim/event_hash.hpp"
#include "sim/event_queue.hpp"
#include "sim/hostile.hpp"
#include "sim/observer.hpp"
#include "sim/payload_pool.hpp"
#include "sim/places.hpp"
#include "sim/platform.hpp"
#include "sim/run.hpp"
#include "sim/transport.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::sim {

template <class Cast>
class Simulation {
public:
    using Service = typename Cast::Service;
    using Event = model::BasicEvent<Service>;
    using Body = model::BasicEventBody<Service>;
    using Notification = typename Service::Notification;
    using Command = typename Service::Command;
    using Remark = typename Service::Remark;
    using Action = typename Cast::Action;

    Simulation(const scenarios::World& world,
               const Platform& platform,
               Cast& cast,
               std::span<BasicObserver<Service>* const> observers)
        : world_(world),
          cast_(cast),
          observers_(observers),
          places_(world),
          faults_(world.faults, world.seed),
          transport_(world, platform, places_, faults_),
          push_(world.push, world.seed),
          timers_(places_.node_count()) {}

    // Runs until nothing is left to happen or the world's duration is over.
    RunSummary run();

    // ---- what a cast may do ---------------------------------------------------------------------

    [[nodiscard]] Instant now() const { return now_; }

    [[nodiscard]] const scenarios::World& world() const { return world_; }

    [[nodiscard]] const Places& places() const { return places_; }

    // `action` comes back to Cast::perform() at that time.
    void schedule(Instant at, const Action& action) {
        queue_.push(at, ticket(Kind::action, actions_.add({action, current_})));
    }

    void node_started(NodeIndex node, std::uint32_t incarnation) {
        emit(node, {}, model::NodeStarted{incarnation});
    }

    // The user of this device gives its client a command. A client that is built for it is told
    // about its network first, in the same way: that is as deep as this goes.
    // NOLINTNEXTLINE(misc-no-recursion)
    void give(NodeIndex node, const Command& command) {
        const model::Sequence before = current_;
        current_ = emit(node, call_in(command), model::CommandGiven<Command>{command});
        feed(node, command);
        current_ = before;
    }

    void move(NodeIndex device, std::uint32_t network) { places_.move(device, network); }

    void measured(NodeIndex node, const model::StateMeasured& state) { emit(node, {}, state); }

    // Somebody who is none of the world's nodes sends a datagram.
    void intrude(const model::Attacker& attacker, const HostileDatagram& datagram);

private:
    // Kinds of event tickets.
    enum class Kind : std::uint32_t {
        deadline,
        datagram,
        push_arrival,
        push_answer,
        stored_push,
        action,
        fault_start,
        fault_end,  // the last
    };

    static_assert(static_cast<std::uint32_t>(Kind::fault_end) < EventTicket::kinds_max);

    static EventTicket ticket(Kind kind, std::uint32_t index) {
        return EventTicket::make(static_cast<std::uint32_t>(kind), index);
    }

    struct Timer {
        Instant due = protocol::never;    // what the node asked for
        Instant armed = protocol::never;  // the entry in the queue that will look after it
        model::Sequence cause = 0;        // the event after which it asked for that
    };

    struct DatagramInFlight {
        model::NodeId sender;
        std::optional<model::Deed> deed = std::nullopt;  // an attacker's
        Packet packet;
        std::uint64_t digest = 0;
        protocol::CallId call;
        model::Sequence cause = 0;
        PayloadHandle payload;
    };

    struct PushInFlight {
        NodeIndex device{};
        std::uint64_t identity = 0;
        std::uint64_t collapse_key = 0;
        Instant submitted{};
        Instant expires{};
        std::uint64_t digest = 0;
        protocol::CallId call;
        model::Sequence cause = 0;
        PayloadHandle payload;
    };

    struct PushAnswer {
        NodeIndex sender{};
        protocol::PushAnswered answer;
        model::Sequence cause = 0;
    };

    struct PendingAction {
        Action action;
        model::Sequence cause = 0;
    };

    void step();
    void serve_deadline(NodeIndex node);
    void arrive(std::uint32_t slot);
    void deliver(const DatagramInFlight& flight, const Transport::Delivered& delivered);
    void answer_push(std::uint32_t slot);
    void arrive_push(std::uint32_t slot);
    void deliver_push(const PushInFlight& flight, protocol::ByteView payload);
    void change_fault(std::uint32_t index, bool starts);
    void connectivity_changed(const model::Fault& fault);
    [[nodiscard]] bool is_paused(NodeIndex node) const;
    void postpone(NodeIndex node, EventTicket what);

    template <class Input>
    void feed(NodeIndex index, const Input& input);  // NOLINT(misc-no-recursion): see give()
    template <class Node>
    void drain(NodeIndex index, Node& node);
    void carry_out(NodeIndex node, const protocol::SendDatagram& send);
    void carry_out(NodeIndex node, const protocol::SendPush& send);
    void carry_out(NodeIndex node, const Notification& notification);
    void carry_out(NodeIndex node, const Remark& remark);
    // Writes that it is sent, and sends it on its way: send(identity) gives its Departure.
    template <class Send>
    void depart(DatagramInFlight in_flight, const protocol::SendDatagram& datagram, Send&& send);
    void launch(const Transport::Flight& flight,
                DatagramInFlight in_flight,
                protocol::ByteView payload);
    void arm(NodeIndex node, Instant due);

    // Each writes an event; `What` is an alternative of Body.
    template <class What>
    model::Sequence emit(NodeIndex node, const protocol::CallId& call, const What& what) {
        return emit_caused(node, call, current_, what);
    }

    template <class What>
    model::Sequence emit_caused(NodeIndex node,
                                const protocol::CallId& call,
                                model::Sequence cause,
                                const What& what) {
        return emit_at(places_.id(node), call, cause, what);
    }

    template <class What>
    model::Sequence emit_at(model::NodeId node,
                            const protocol::CallId& call,
                            model::Sequence cause,
                            const What& what);

    // The call a command or a notification names, if it names one.
    template <class Variant>
    static protocol::CallId call_in(const Variant& what) {
        return std::visit(
            [](const auto& one) -> protocol::CallId {
                if constexpr (requires {
                                  { one.call } -> std::convertible_to<protocol::CallId>;
                              }) {
                    return one.call;
                } else {
                    return {};
                }
            },
            what);
    }

    static protocol::CallId call_in(const Remark& remark) {
        if constexpr (requires {
                          { remark.call } -> std::convertible_to<protocol::CallId>;
                      }) {
            return remark.call;
        } else {
            return {};
        }
    }

    const scenarios::World& world_;
    Cast& cast_;
    std::span<BasicObserver<Service>* const> observers_;
    Places places_;
    ActiveFaults faults_;
    Transport transport_;
    model::PushService push_;

    EventQueue queue_;
    std::vector<Timer> timers_;  // by node
    Slots<DatagramInFlight> datagrams_;
    Slots<PushInFlight> pushes_;
    Slots<PushAnswer> push_answers_;
    Slots<PendingAction> actions_;
    PayloadPool payloads_;

    Instant now_{};
    model::Sequence current_ = 0;  // the event whose consequences are being worked out
    model::Sequence sequence_ = 0;
    EventHash hash_;
    RunSummary summary_;
};

}  // namespace invitro::sim

#include "sim/simulation_steps.hpp"
