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
//         template <class Stage> void crash(Stage&, NodeIndex, CrashKeeps);  // its program is gone
//         // It begins again from what its disk holds; false: that is damaged, and it does not.
//         template <class Stage>
//         bool restart(Stage&, NodeIndex, std::uint32_t incarnation, const Storage&);
//         std::optional<TokenPlace> locate(ByteView token, Instant now) const;
//         ByteView open(ByteView);    // where payloads may be sealed: the message inside, or
//         nothing
//     };
//
// A cast whose nodes send SMS and mail has number_of(), reader_of() and mail_arrived() too.
//
// `Stage` is this class; heard() may only schedule, since its node is being drained.
//
// The loop is the driver of architecture: it writes the boundary events, stamps them with time,
// sequence and cause, adds them to the fingerprint and shows them to the observers.
#pragma once

#include "model/disk/disk.hpp"
#include "model/event.hpp"
#include "protocol/journal/persist.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/dense_map.hpp"
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
#include "sim/processors.hpp"
#include "sim/run.hpp"
#include "sim/storage.hpp"
#include "sim/streams.hpp"
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
          timers_(places_.node_count()),
          processors_(places_.node_count()),
          keeps_storage_(keeps_storage(world)) {}

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

    // Its first incarnation begins. The second of these also carries out what it wants done first.
    void node_started(NodeIndex node) { emit(node, {}, model::NodeStarted{incarnation(node)}); }

    void start_node(NodeIndex node);

    // A crash has taken its program, and no incarnation has begun since.
    [[nodiscard]] bool is_down(NodeIndex node) const;

    // Which one it is, or will be when it starts again.
    [[nodiscard]] std::uint32_t incarnation(NodeIndex node) const;

    // The user of this device gives its client a command; nothing happens if it is down. A client
    // that is built for it is told about its network first, in the same way: that is as deep as
    // this goes. NOLINTNEXTLINE(misc-no-recursion)
    void give(NodeIndex node, const Command& command) {
        if (is_down(node)) return;
        const model::Sequence before = current_;
        current_ = emit(node, call_in(command), model::CommandGiven<Command>{command});
        feed(node, command);
        current_ = before;
    }

    // The operator of the service gives a node an order, of which `event` tells; nothing happens if
    // it is down.
    template <class Order, class What>
    void order(NodeIndex node, const Order& order, const What& event) {
        if (is_down(node)) return;
        current_ = emit(node, {}, event);
        feed(node, order);
    }

    void move(NodeIndex device, std::uint32_t network) {
        places_.move(device, network);
        streams_.cut(device);
    }

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
        post_arrival,
        action,
        fault_start,
        fault_end,
        disk_write,
        segment,  // the last
    };

    static_assert(static_cast<std::uint32_t>(Kind::segment) < EventTicket::kinds_max);

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
        std::uint32_t waits_for = 0;  // a paused receiver of this incarnation; 0: on its way
    };

    // Who sends a datagram: a node, or an attacker at one of its deeds.
    struct Departing {
        model::NodeId sender;
        std::optional<model::Deed> deed = std::nullopt;
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
        std::uint32_t incarnation = 1;  // of the sender; another one has not asked
        protocol::PushAnswered answer;
        model::Sequence cause = 0;
    };

    struct NodeLife {
        std::uint32_t incarnation = 1;
        bool is_down = false;
    };

    struct DiskWrite {
        NodeIndex node{};
        std::uint32_t incarnation = 1;
        bool is_durable = false;
        std::uint64_t number = 0;
        model::Sequence cause = 0;
    };

    enum class SegmentKind : std::uint8_t { open, opened, data, close, reset };

    // A piece of a stream (data: one frame) on its way, or (is_departing) about to be sent again.
    struct Segment {
        SegmentKind what = SegmentKind::data;
        Side from = Side::opener;
        bool is_departing = true;
        bool is_held_back = false;  // by a fault at the receiver, once
        std::uint8_t losses = 0;
        std::uint32_t connection = 0;
        std::uint32_t number = 0;
        protocol::CallId call{};
        model::Sequence cause = 0;
        PayloadHandle payload{};
        protocol::Duration processing{};  // at the sender, before it leaves

        [[nodiscard]] bool opens() const {
            return what == SegmentKind::open || what == SegmentKind::opened;
        }
    };

    // Nobody's is lost on arrival.
    struct PostInFlight {
        model::PostKind kind = model::PostKind::sms;
        protocol::EndpointIdentifier address{};
        std::optional<NodeIndex> receiver{};
        std::uint64_t digest = 0;
        model::Sequence cause = 0;
        PayloadHandle payload{};
    };

    struct PendingAction {
        Action action;
        model::Sequence cause = 0;
    };

    void step();
    void serve_deadline(NodeIndex node);
    void arrive(std::uint32_t slot);
    void deliver(DatagramInFlight flight, const Transport::Delivered& delivered);
    void drop(const DatagramInFlight& flight, model::DropReason reason);
    void answer_push(std::uint32_t slot);
    void arrive_push(std::uint32_t slot);
    void deliver_push(const PushInFlight& flight, protocol::ByteView payload);
    void send_post(NodeIndex sender,
                   std::optional<NodeIndex> device,
                   PostInFlight flight,
                   protocol::ByteView payload);
    void arrive_post(std::uint32_t slot);
    void change_fault(std::uint32_t index, bool starts);
    void change_crashes(const model::Fault& fault, bool starts);
    void change_rooms(const model::Fault& fault);
    void tell_room(const scenarios::Relay& relay);
    void crash(NodeIndex node, const model::Fault& fault);
    void restart(NodeIndex node);
    void made_durable(DiskWrite& write);
    void finish_write(std::uint32_t slot);
    void damage_disks(const model::Fault& fault);
    void send_segment(std::uint32_t index, Side from, Segment segment);
    void depart(Segment segment);
    [[nodiscard]] std::uint64_t identity_of(const Segment& segment);
    void lose(Segment segment);
    void drop_segment(const Segment& segment);
    void reset(std::uint32_t index, Side told_by);
    void arrive_segment(std::uint32_t slot);
    void take_segment(const Segment& segment, Side side);
    void take_bytes(const Segment& segment, const StreamEnd& end, const protocol::Address& remote);
    void connectivity_changed(const model::Fault& fault);
    void deliver_stored_pushes(NodeIndex device, model::Sequence cause);
    [[nodiscard]] bool takes_pushes(NodeIndex device) const;
    [[nodiscard]] bool is_paused(NodeIndex node) const;
    void postpone(NodeIndex node, EventTicket what);
    [[nodiscard]] protocol::ByteView open(protocol::ByteView payload);

    template <class Input>
    void feed(NodeIndex index, const Input& input);  // NOLINT(misc-no-recursion): see give()
    template <class Node>
    void drain(NodeIndex index, Node& node);
    void carry_out(NodeIndex node, const protocol::SendDatagram& send);
    void carry_out(NodeIndex node, const protocol::SendPush& send);
    void carry_out(NodeIndex node, const protocol::Persist& persist);
    void carry_out(NodeIndex node, const protocol::OpenStream& open);
    void carry_out(NodeIndex node, const protocol::SendStream& send);
    void carry_out(NodeIndex node, const protocol::CloseStream& close);
    void carry_out(NodeIndex node, const protocol::SendSms& send);
    void carry_out(NodeIndex node, const protocol::SendMail& send);
    void carry_out(NodeIndex node, const Notification& notification);
    void carry_out(NodeIndex node, const Remark& remark);
    // Writes that it is sent, and sends it on its way: send(identity) gives its Departure.
    template <class Send>
    void depart(const Departing& who, const protocol::SendDatagram& datagram, Send&& send);
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
    Processors processors_;
    Slots<DatagramInFlight> datagrams_;
    Slots<PushInFlight> pushes_;
    Slots<PushAnswer> push_answers_;
    Slots<PostInFlight> posts_;
    Slots<PendingAction> actions_;
    Slots<DiskWrite> writes_;
    Slots<Segment> segments_;
    Streams streams_;
    PayloadPool payloads_;
    protocol::DenseMap<std::uint32_t, NodeLife> lives_;     // of nodes that have crashed
    protocol::DenseMap<std::uint32_t, model::Disk> disks_;  // of nodes that have persisted
    bool keeps_storage_ = true;

    Instant now_{};
    model::Sequence current_ = 0;  // the event whose consequences are being worked out
    model::Sequence sequence_ = 0;
    EventHash hash_;
    RunSummary summary_;
};

}  // namespace invitro::sim

#include "sim/simulation_crashes.hpp"
#include "sim/simulation_post.hpp"
#include "sim/simulation_pushes.hpp"
#include "sim/simulation_steps.hpp"
#include "sim/simulation_streams.hpp"
