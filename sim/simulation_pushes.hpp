// Pushes in the discrete-event loop: handed to the service, answered by it, arriving; see
// sim/simulation.hpp, which includes this file.
#pragma once

#include "sim/message_identity.hpp"
#include "sim/simulation.hpp"

#include <utility>

namespace invitro::sim {

namespace detail {

// How long a push service takes to answer its client, the broker.
inline constexpr protocol::Duration push_answer_delay = std::chrono::milliseconds{30};

}  // namespace detail

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::SendPush& send) {
    const std::uint64_t digest = digest_of(send.payload);
    const protocol::CallId call = send.collapse_key;
    const auto place = cast_.locate(send.token, now_);
    const std::uint32_t number = place ? place->device : 0;
    const auto device = place ? places_.device(number) : std::nullopt;
    const protocol::ByteView plain = open(send.payload);
    const std::uint64_t identity = detail::identity_of(
        world_.seed, places_.id(node), number, plain.empty() ? digest : digest_of(plain), now_);
    const protocol::Duration busy = processors_.work(node, now_, sealing_time(send.payload));
    const auto answer = hand_over(send, identity, place);
    ++summary_.pushes_submitted;
    const model::Sequence submitted = emit(node,
                                           call,
                                           model::PushSubmitted{.provider = send.provider,
                                                                .device = number,
                                                                .outcome = answer.outcome,
                                                                .token = send.token,
                                                                .payload = send.payload,
                                                                .digest = digest,
                                                                .plain = plain});
    for (std::size_t i = 0; device && i < answer.copies; ++i) {
        const PushInFlight flight{.device = *device,
                                  .provider = send.provider,
                                  .identity = identity,
                                  .collapse_key = call.high ^ call.low,
                                  .submitted = now_,
                                  .expires = now_ + send.time_to_live,
                                  .urgency = answer.urgency,
                                  .digest = digest,
                                  .call = call,
                                  .cause = submitted,
                                  .payload = payloads_.store(send.payload)};
        queue_.push(answer.arrivals[i] + busy, ticket(Kind::push_arrival, pushes_.add(flight)));
    }
    if (answer.lost && device) {
        emit_caused(*device, call, submitted, model::PushDropped{*answer.lost});
    }
    const PushAnswer reply{.sender = node,
                           .incarnation = incarnation(node),
                           .answer = {.request = send.request, .outcome = answer.outcome},
                           .cause = submitted};
    queue_.push(now_ + busy + detail::push_answer_delay,
                ticket(Kind::push_answer, push_answers_.add(reply)));
}

// A token that locates nothing, or another provider's, was never given.
template <class Cast>
model::PushService::Answer Simulation<Cast>::hand_over(const protocol::SendPush& send,
                                                       std::uint64_t identity,
                                                       const std::optional<TokenPlace>& place) {
    const auto device = place ? places_.device(place->device) : std::nullopt;
    model::PushService::Submission submission{.device = place ? place->device : 0,
                                              .identity = identity,
                                              .gone_since = Instant{},
                                              .payload_size = send.payload.size(),
                                              .time_to_live = send.time_to_live,
                                              .urgency = model::urgency_of(send.priority)};
    model::PushConditions conditions;
    if (device) {
        if (places_.row(*device).push == send.provider) submission.gone_since = place->gone_since;
        submission.unseen_for = unseen_for(*device);
        if (!faults_.none()) conditions = faults_.on_push(places_.id(*device));
    }
    return push_service(send.provider).submit(now_, submission, conditions);
}

// How long the device has had no network.
template <class Cast>
protocol::Duration Simulation<Cast>::unseen_for(NodeIndex device) const {
    if (faults_.none()) return {};
    const auto since = faults_.offline_since(places_.id(device));
    return since ? now_ - *since : protocol::Duration{};
}

template <class Cast>
model::PushReceiver Simulation<Cast>::receiver(NodeIndex device) const {
    model::PushReceiver end{.online = takes_pushes(device)};
    const protocol::Duration unused_for = places_.row(device).unused_for;
    if (unused_for > protocol::Duration::zero() && !used_.contains(raw(device))) {
        end.unused_since = Instant{} - unused_for;
    }
    return end;
}

// A device that is online and rests gets what waits for it when it is next awake.
template <class Cast>
void Simulation<Cast>::await_push_window(NodeIndex device) {
    const model::PushReceiver end = receiver(device);
    if (!end.online) return;
    const auto window =
        push_service(places_.row(device).push).next_window(now_, places_.id(device).number, end);
    if (window) queue_.push(*window, ticket(Kind::push_window, raw(device)));
}

// Somebody has taken the device in hand: what has waited for that arrives.
template <class Cast>
void Simulation<Cast>::use(NodeIndex device) {
    if (!receiver(device).unused_since) return;
    used_.insert_or_assign(raw(device), std::uint8_t{1});
    if (takes_pushes(device)) deliver_stored_pushes(device, current_);
}

template <class Cast>
void Simulation<Cast>::open_push_window(NodeIndex device) {
    if (takes_pushes(device)) deliver_stored_pushes(device, 0);
}

template <class Cast>
void Simulation<Cast>::answer_push(std::uint32_t slot) {
    const PushAnswer reply = push_answers_.take(slot);
    if (reply.incarnation != incarnation(reply.sender)) return;
    if (is_paused(reply.sender)) {
        postpone(reply.sender, ticket(Kind::push_answer, push_answers_.add(reply)));
        return;
    }
    current_ = reply.cause;
    feed(reply.sender, reply.answer);
}

template <class Cast>
void Simulation<Cast>::arrive_push(std::uint32_t slot) {
    const PushInFlight flight = pushes_.take(slot);
    const protocol::ByteView payload = payloads_.view(flight.payload);
    const model::NodeId name = places_.id(flight.device);
    const model::PushReceiver end = receiver(flight.device);
    const bool is_sure = end.online && !end.unused_since;
    model::PushService& service = push_service(flight.provider);
    model::PushNotification notification{.identity = flight.identity,
                                         .collapse_key = flight.collapse_key,
                                         .submitted = flight.submitted,
                                         .expires = flight.expires,
                                         .payload = {},
                                         .urgency = flight.urgency};
    if (!is_sure) notification.payload.assign(payload.begin(), payload.end());
    const auto arrival = service.arrive(now_, name.number, end, std::move(notification));
    switch (arrival.fate) {
        case model::PushService::Fate::delivered:
            deliver_push(flight, payload);
            break;
        case model::PushService::Fate::stored:
            emit_caused(flight.device, flight.call, flight.cause, model::PushStored{});
            await_push_window(flight.device);
            break;
        case model::PushService::Fate::dropped:
            emit_caused(flight.device, flight.call, flight.cause, model::PushDropped{arrival.why});
            break;
    }
    for (std::size_t i = 0; i < arrival.gone.size(); ++i) {
        emit_caused(flight.device, {}, flight.cause, model::PushDropped{arrival.gone_why});
    }
    payloads_.release(flight.payload);
}

template <class Cast>
void Simulation<Cast>::deliver_push(const PushInFlight& flight, protocol::ByteView payload) {
    if (is_down(flight.device)) {
        emit_caused(
            flight.device, flight.call, flight.cause, model::PushDropped{model::PushLoss::lost});
        return;
    }
    ++summary_.pushes_delivered;
    current_ = emit_caused(
        flight.device,
        flight.call,
        flight.cause,
        model::PushDelivered{.payload = payload, .digest = flight.digest, .plain = open(payload)});
    processors_.work(flight.device, now_, opening_time(payload));
    feed(flight.device, protocol::ReceivedPush{payload});
}

}  // namespace invitro::sim
