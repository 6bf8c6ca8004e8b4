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
    const bool is_there = place && !place->is_gone;
    const auto device = is_there ? places_.device(number) : std::nullopt;
    const protocol::ByteView plain = open(send.payload);
    const std::uint64_t identity = detail::identity_of(
        world_.seed, places_.id(node), number, plain.empty() ? digest : digest_of(plain), now_);
    const protocol::Duration busy = processors_.work(node, now_, sealing_time(send.payload));
    const model::PushConditions conditions =
        device && !faults_.none() ? faults_.on_push(places_.id(*device)) : model::PushConditions{};
    const auto answer = push_.submit(
        now_, {.device = number, .identity = identity, .token_gone = !device}, conditions);
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
                                  .identity = identity,
                                  .collapse_key = call.high ^ call.low,
                                  .submitted = now_,
                                  .expires = now_ + send.time_to_live,
                                  .digest = digest,
                                  .call = call,
                                  .cause = submitted,
                                  .payload = payloads_.store(send.payload)};
        queue_.push(answer.arrivals[i] + busy, ticket(Kind::push_arrival, pushes_.add(flight)));
    }
    if (answer.lost && device) {
        emit_caused(*device, call, submitted, model::PushDropped{model::PushLoss::lost});
    }
    const PushAnswer reply{.sender = node,
                           .incarnation = incarnation(node),
                           .answer = {.request = send.request, .outcome = answer.outcome},
                           .cause = submitted};
    queue_.push(now_ + busy + detail::push_answer_delay,
                ticket(Kind::push_answer, push_answers_.add(reply)));
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
    const bool online = takes_pushes(flight.device);
    model::PushNotification notification{.identity = flight.identity,
                                         .collapse_key = flight.collapse_key,
                                         .submitted = flight.submitted,
                                         .expires = flight.expires,
                                         .payload = {}};
    if (!online) notification.payload.assign(payload.begin(), payload.end());
    const auto arrival = push_.arrive(now_, name.number, online, std::move(notification));
    switch (arrival.fate) {
        case model::PushService::Fate::delivered:
            deliver_push(flight, payload);
            break;
        case model::PushService::Fate::stored:
            emit_caused(flight.device, flight.call, flight.cause, model::PushStored{});
            if (arrival.replaced) {
                emit_caused(
                    flight.device, {}, flight.cause, model::PushDropped{model::PushLoss::replaced});
            }
            break;
        case model::PushService::Fate::dropped:
            emit_caused(flight.device, flight.call, flight.cause, model::PushDropped{arrival.why});
            break;
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
