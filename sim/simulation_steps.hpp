// The steps of the discrete-event loop; see sim/simulation.hpp, which includes this file.
#pragma once

#include "sim/message_identity.hpp"
#include "sim/simulation.hpp"

#include <algorithm>
#include <array>

namespace invitro::sim {

namespace detail {

// The place of a type among a variant's alternatives.
template <class What, class... Alternatives>
constexpr std::uint64_t index_of(std::type_identity<std::variant<Alternatives...>> /*variant*/) {
    constexpr std::array is_it{std::is_same_v<What, Alternatives>...};
    return static_cast<std::uint64_t>(std::find(is_it.begin(), is_it.end(), true) - is_it.begin());
}

}  // namespace detail

template <class Cast>
RunSummary Simulation<Cast>::run() {
    for (std::uint32_t i = 0; i < world_.faults.size(); ++i) {
        queue_.push(world_.faults[i].start, ticket(Kind::fault_start, i));
        queue_.push(world_.faults[i].end, ticket(Kind::fault_end, i));
    }
    cast_.start(*this);
    const Instant end{world_.duration};
    while (!queue_.empty() && queue_.next().at <= end) {
        step();
    }
    summary_.quiescent = datagrams_.in_use() == 0 && segments_.in_use() == 0 &&
                         pushes_.in_use() == 0 && posts_.in_use() == 0 && actions_.in_use() == 0;
    emit_at({}, {}, 0, model::WorldEnded{summary_.quiescent});
    summary_.events = sequence_;
    summary_.ended = now_;
    summary_.fingerprint = hash_.result();
    return summary_;
}

template <class Cast>
void Simulation<Cast>::step() {
    const EventQueue::Entry entry = queue_.pop();
    now_ = entry.at;
    const std::uint32_t index = entry.ticket.index();
    switch (static_cast<Kind>(entry.ticket.kind())) {
        case Kind::deadline:
            serve_deadline(NodeIndex{index});
            break;
        case Kind::datagram:
            arrive(index);
            break;
        case Kind::push_arrival:
            arrive_push(index);
            break;
        case Kind::push_answer:
            answer_push(index);
            break;
        case Kind::post_arrival:
            arrive_post(index);
            break;
        case Kind::action: {
            const PendingAction pending = actions_.take(index);
            current_ = pending.cause;
            cast_.perform(*this, pending.action);
            break;
        }
        case Kind::fault_start:
            change_fault(index, true);
            break;
        case Kind::fault_end:
            change_fault(index, false);
            break;
        case Kind::disk_write:
            finish_write(index);
            break;
        case Kind::segment:
            arrive_segment(index);
            break;
        case Kind::stored_push: {
            const PushInFlight flight = pushes_.take(index);
            deliver_push(flight, payloads_.view(flight.payload));
            payloads_.release(flight.payload);
            break;
        }
    }
}

// ---- deadlines ----------------------------------------------------------------------------------

// A node has at most one live entry in the queue. A deadline that moves later leaves the entry
// where it is; it is put off when its time comes. One that moves earlier gets a new entry, and the
// old one is recognised as stale.
template <class Cast>
void Simulation<Cast>::arm(NodeIndex node, Instant due) {
    Timer& timer = timers_[raw(node)];
    if (due != timer.due) timer.cause = current_;
    timer.due = due;
    if (due < timer.armed) {
        timer.armed = due;
        queue_.push(due < now_ ? now_ : due, ticket(Kind::deadline, raw(node)));
    }
}

template <class Cast>
void Simulation<Cast>::serve_deadline(NodeIndex node) {
    Timer& timer = timers_[raw(node)];
    if (timer.armed > now_) return;  // stale: another entry looks after this node
    timer.armed = protocol::never;
    if (timer.due > now_) {
        arm(node, timer.due);
        return;
    }
    if (is_paused(node)) {
        postpone(node, ticket(Kind::deadline, raw(node)));
        timer.armed = now_;  // the postponed entry is the live one
        return;
    }
    current_ = emit_caused(node, {}, timer.cause, model::DeadlineServed{});
    feed(node, protocol::DeadlineReached{});
}

// While a node is paused, whatever is for it waits until it goes on.
template <class Cast>
bool Simulation<Cast>::is_paused(NodeIndex node) const {
    return !faults_.none() && faults_.paused_until(places_.id(node)) > now_;
}

template <class Cast>
void Simulation<Cast>::postpone(NodeIndex node, EventTicket what) {
    queue_.push(faults_.paused_until(places_.id(node)), what);
}

// ---- datagrams ----------------------------------------------------------------------------------

template <class Cast>
void Simulation<Cast>::arrive(std::uint32_t slot) {
    DatagramInFlight flight = datagrams_.take(slot);
    const auto arrival = transport_.arrive(now_, flight.packet);
    if (const auto* delivered = std::get_if<Transport::Delivered>(&arrival)) {
        deliver(flight, *delivered);
        return;
    }
    if (const auto* reason = std::get_if<model::DropReason>(&arrival)) return drop(flight, *reason);
    const auto& again = std::get<Transport::Again>(arrival);
    for (std::size_t i = 0; i < again.copies; ++i) {
        launch(again.flights[i], flight, payloads_.view(flight.payload));
    }
    payloads_.release(flight.payload);
}

// What the driver knows and the network does not: the message in an envelope.
template <class Cast>
protocol::ByteView Simulation<Cast>::open(protocol::ByteView payload) {
    if constexpr (requires { cast_.open(payload); }) {
        if (protocol::is_sealed(payload)) return cast_.open(payload);
    }
    return {};
}

template <class Cast>
void Simulation<Cast>::drop(const DatagramInFlight& flight, model::DropReason reason) {
    ++summary_.datagrams_dropped[static_cast<std::size_t>(reason)];
    emit_at(flight.sender,
            flight.call,
            flight.cause,
            model::DatagramDropped{.reason = reason,
                                   .source = flight.packet.source,
                                   .destination = flight.packet.destination,
                                   .payload = payloads_.view(flight.payload),
                                   .digest = flight.digest,
                                   .plain = open(payloads_.view(flight.payload))});
    payloads_.release(flight.payload);
}

template <class Cast>
void Simulation<Cast>::deliver(DatagramInFlight flight, const Transport::Delivered& delivered) {
    const bool has_missed =
        flight.waits_for != 0 && flight.waits_for != incarnation(delivered.receiver);
    if (has_missed || is_down(delivered.receiver)) {
        return drop(flight, model::DropReason::node_down);
    }
    if (is_paused(delivered.receiver)) {
        flight.waits_for = incarnation(delivered.receiver);
        postpone(delivered.receiver, ticket(Kind::datagram, datagrams_.add(flight)));
        return;
    }
    const protocol::ByteView payload = payloads_.view(flight.payload);
    ++summary_.datagrams_delivered;
    if (flight.deed) ++summary_.hostile_delivered[static_cast<std::size_t>(*flight.deed)];
    current_ = emit_caused(delivered.receiver,
                           flight.call,
                           flight.cause,
                           model::DatagramDelivered{.source = delivered.source,
                                                    .destination = delivered.destination,
                                                    .payload = payload,
                                                    .digest = flight.digest,
                                                    .plain = open(payload)});
    processors_.work(delivered.receiver, now_, opening_time(payload));
    feed(delivered.receiver,
         protocol::ReceivedDatagram{delivered.source, delivered.destination, payload});
    payloads_.release(flight.payload);
}

template <class Cast>
void Simulation<Cast>::launch(const Transport::Flight& flight,
                              DatagramInFlight in_flight,
                              protocol::ByteView payload) {
    in_flight.packet = flight.packet;
    in_flight.payload = payloads_.store(payload);
    queue_.push(flight.arrival, ticket(Kind::datagram, datagrams_.add(in_flight)));
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::SendDatagram& send) {
    const protocol::Address source = send.source.is_none() && places_.is_device(node)
                                         ? places_.local_address(node, send.destination.ip.family)
                                         : send.source;
    const protocol::SendDatagram leaving{
        .source = source, .destination = send.destination, .payload = send.payload};
    depart({.sender = places_.id(node)}, leaving, [&](std::uint64_t identity) {
        auto departure =
            transport_.send(now_, node, source, send.destination, send.payload.size(), identity);
        const protocol::Duration busy = processors_.work(node, now_, sealing_time(send.payload));
        for (std::size_t i = 0; i < departure.copies; ++i) {
            departure.flights[i].arrival += busy;
        }
        return departure;
    });
    if constexpr (requires { cast_.overheard(leaving); }) cast_.overheard(leaving);
}

template <class Cast>
void Simulation<Cast>::intrude(const model::Attacker& attacker, const HostileDatagram& datagram) {
    const protocol::SendDatagram leaving{.source = attacker_address(attacker.number),
                                         .destination = datagram.destination,
                                         .payload = datagram.payload};
    ++summary_.hostile_sent[static_cast<std::size_t>(datagram.deed)];
    depart({.sender = {.kind = model::NodeKind::attacker, .number = attacker.number},
            .deed = datagram.deed},
           leaving,
           [&](std::uint64_t identity) {
               return transport_.send_from(now_,
                                           attacker.site,
                                           leaving.source,
                                           leaving.destination,
                                           leaving.payload.size(),
                                           identity);
           });
}

template <class Cast>
template <class Send>
void Simulation<Cast>::depart(const Departing& who,
                              const protocol::SendDatagram& datagram,
                              Send&& send) {
    const protocol::ByteView payload = datagram.payload;
    const protocol::ByteView plain = open(payload);
    const protocol::ByteView message = plain.empty() ? payload : plain;
    DatagramInFlight in_flight{.sender = who.sender,
                               .deed = who.deed,
                               .packet = {},
                               .digest = digest_of(payload),
                               .call = Service::call_of(message),
                               .cause = 0,
                               .payload = {}};
    ++summary_.datagrams_sent;
    in_flight.cause = emit_at(who.sender,
                              in_flight.call,
                              current_,
                              model::DatagramSent{.source = datagram.source,
                                                  .destination = datagram.destination,
                                                  .payload = payload,
                                                  .digest = in_flight.digest,
                                                  .plain = plain});
    const auto departure = send(detail::identity_of(
        world_.seed, who.sender, detail::key_of(datagram.destination), digest_of(message), now_));
    for (std::size_t i = 0; i < departure.copies; ++i) {
        launch(departure.flights[i], in_flight, payload);
    }
    if (departure.copies == 0) {
        ++summary_.datagrams_dropped[static_cast<std::size_t>(departure.dropped)];
        emit_at(who.sender,
                in_flight.call,
                in_flight.cause,
                model::DatagramDropped{.reason = departure.dropped,
                                       .source = datagram.source,
                                       .destination = datagram.destination,
                                       .payload = payload,
                                       .digest = in_flight.digest,
                                       .plain = plain});
    }
}

// ---- faults -------------------------------------------------------------------------------------

template <class Cast>
void Simulation<Cast>::change_fault(std::uint32_t index, bool starts) {
    const model::Fault& fault = world_.faults[index];
    if (starts) {
        faults_.start(index);
        current_ = emit_at(fault.target, {}, 0, model::FaultStarted{fault});
    } else {
        faults_.end(index);
        current_ = emit_at(fault.target, {}, 0, model::FaultEnded{fault});
    }
    if (fault.kind == model::FaultKind::device_offline) connectivity_changed(fault);
    if (model::is_crash(fault.kind)) change_crashes(fault, starts);
    if (fault.kind == model::FaultKind::relay_exhausted) change_rooms(fault);
    if (fault.kind == model::FaultKind::disk_damage && starts) damage_disks(fault);
    if (fault.kind == model::FaultKind::nat_flush && starts) {
        for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
            const NodeIndex device = places_.node_of(row);
            if (!fault.concerns(places_.id(device))) continue;
            transport_.flush_nat(device);
            streams_.cut(device);
        }
    }
}

// Tells of the devices that have lost or found their network; what was stored for those that are
// back arrives at once.
template <class Cast>
void Simulation<Cast>::connectivity_changed(const model::Fault& fault) {
    const model::Sequence cause = current_;
    for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
        const NodeIndex device = places_.node_of(row);
        const model::NodeId name = places_.id(device);
        if (!fault.concerns(name)) continue;
        const bool online = !faults_.is_offline(name);
        const model::Sequence changed =
            emit_caused(device, {}, cause, model::ConnectivityChanged{online});
        if (!takes_pushes(device)) continue;
        deliver_stored_pushes(device, changed);
        if constexpr (requires { cast_.came_online(*this, device); }) {
            current_ = changed;
            cast_.came_online(*this, device);
        }
    }
}

// A device that has no network, or whose program does not run, does not get any: they are stored.
template <class Cast>
bool Simulation<Cast>::takes_pushes(NodeIndex device) const {
    if (!places_.is_device(device) || is_down(device)) return false;
    return faults_.none() || !faults_.is_offline(places_.id(device));
}

template <class Cast>
void Simulation<Cast>::deliver_stored_pushes(NodeIndex device, model::Sequence cause) {
    for (const model::PushNotification& stored :
         push_.came_online(now_, places_.id(device).number)) {
        const protocol::ByteView plain = open(stored.payload);
        const PushInFlight flight{.device = device,
                                  .identity = stored.identity,
                                  .collapse_key = stored.collapse_key,
                                  .submitted = stored.submitted,
                                  .expires = stored.expires,
                                  .digest = digest_of(stored.payload),
                                  .call = Service::call_of(plain.empty() ? stored.payload : plain),
                                  .cause = cause,
                                  .payload = payloads_.store(stored.payload)};
        queue_.push(now_, ticket(Kind::stored_push, pushes_.add(flight)));
    }
}

// ---- nodes --------------------------------------------------------------------------------------

template <class Cast>
template <class Input>
void Simulation<Cast>::feed(NodeIndex index, const Input& input) {
    cast_.visit(*this, index, [&](auto& node) {
        using NodeInput = typename std::remove_cvref_t<decltype(node)>::Input;
        if constexpr (std::is_constructible_v<NodeInput, const Input&>) {
            node.handle(now_, NodeInput{input});
            drain(index, node);
        }
    });
}

template <class Cast>
template <class Node>
void Simulation<Cast>::drain(NodeIndex index, Node& node) {
    while (auto output = node.poll_output()) {
        std::visit([&](const auto& one) { carry_out(index, one); }, *output);
    }
    arm(index, node.next_deadline());
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const Notification& notification) {
    const model::Sequence before = current_;
    current_ = emit(node, call_in(notification), model::Notified<Notification>{notification});
    cast_.heard(*this, node, notification);
    current_ = before;
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const Remark& remark) {
    if constexpr (std::is_same_v<Remark, protocol::Remark>) {
        ++summary_.remarks[static_cast<std::size_t>(remark.kind)];
    }
    emit(node, call_in(remark), model::Remarked<Remark>{remark});
}

// The event as one value is made only for those who watch: it is large.
template <class Cast>
template <class What>
model::Sequence Simulation<Cast>::emit_at(model::NodeId node,
                                          const protocol::CallId& call,
                                          model::Sequence cause,
                                          const What& what) {
    const model::EventHeader header{
        .at = now_, .sequence = ++sequence_, .cause = cause, .node = node, .call = call};
    hash_.add(header, detail::index_of<What>(std::type_identity<Body>{}), what);
    if (!observers_.empty()) {
        const Event event{.header = header, .body = what};
        for (BasicObserver<Service>* observer : observers_) {
            observer->observe(event);
        }
    }
    return header.sequence;
}

}  // namespace invitro::sim
