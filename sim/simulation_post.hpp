// SMS and mail in the discrete-event loop; see sim/simulation.hpp, which includes this file.
#pragma once

#include "sim/simulation.hpp"
#include "sim/simulation_steps.hpp"

#include <optional>
#include <utility>

namespace invitro::sim {

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::SendSms& send) {
    if constexpr (requires { cast_.number_of(*this, node); }) {
        // A device without a number of its own has no contract: nobody carries it.
        const auto number = cast_.number_of(*this, node);
        const auto gateway = number ? std::optional<NodeIndex>(first_broker) : std::nullopt;
        PostInFlight flight{.kind = model::PostKind::sms,
                            .address = number.value_or(protocol::EndpointIdentifier{}),
                            .receiver = gateway};
        send_post(node, node, std::move(flight), send.body);
    }
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::SendMail& send) {
    if constexpr (requires { cast_.reader_of(*this, send.recipient, send.link); }) {
        const auto reader = cast_.reader_of(*this, send.recipient, send.link);
        PostInFlight flight{
            .kind = model::PostKind::mail, .address = send.recipient, .receiver = reader};
        send_post(node, reader, std::move(flight), send.link);
    }
}

// `device`: whose faults it suffers from.
template <class Cast>
void Simulation<Cast>::send_post(NodeIndex sender,
                                 std::optional<NodeIndex> device,
                                 PostInFlight flight,
                                 protocol::ByteView payload) {
    const bool is_sms = flight.kind == model::PostKind::sms;
    const std::size_t parts = is_sms ? protocol::sms_parts(payload.size()) : 1;
    flight.digest = digest_of(payload);
    flight.cause = emit(sender,
                        {},
                        model::PostSubmitted{.kind = flight.kind,
                                             .address = flight.address,
                                             .parts = static_cast<std::uint32_t>(parts),
                                             .payload = payload,
                                             .digest = flight.digest});
    const model::PostConditions conditions = device && !faults_.none()
                                                 ? faults_.on_post(flight.kind, places_.id(*device))
                                                 : model::PostConditions{};
    const std::uint64_t identity = detail::identity_of(world_.seed,
                                                       places_.id(sender),
                                                       static_cast<std::uint64_t>(flight.kind),
                                                       flight.digest,
                                                       now_);
    model::Carriage carriage =
        model::carry(is_sms ? world_.sms : world_.mail, conditions, world_.seed, identity, parts);
    if (is_sms && !flight.receiver) carriage.copies = 0;
    for (std::size_t i = 0; i < carriage.copies; ++i) {
        flight.payload = payloads_.store(payload);
        queue_.push(now_ + carriage.delays[i], ticket(Kind::post_arrival, posts_.add(flight)));
    }
    if (carriage.copies == 0) {
        emit_caused(sender, {}, flight.cause, model::PostLost{flight.kind});
    }
}

template <class Cast>
void Simulation<Cast>::arrive_post(std::uint32_t slot) {
    const PostInFlight flight = posts_.take(slot);
    if (flight.receiver && flight.kind == model::PostKind::sms && is_down(*flight.receiver)) {
        emit_caused(*flight.receiver, {}, flight.cause, model::PostLost{flight.kind});
        payloads_.release(flight.payload);
        return;
    }
    if (flight.receiver && is_paused(*flight.receiver)) {
        postpone(*flight.receiver, ticket(Kind::post_arrival, posts_.add(flight)));
        return;
    }
    const protocol::ByteView payload = payloads_.view(flight.payload);
    const model::NodeId receiver = flight.receiver ? places_.id(*flight.receiver) : model::NodeId{};
    current_ = emit_at(receiver,
                       {},
                       flight.cause,
                       model::PostDelivered{.kind = flight.kind,
                                            .address = flight.address,
                                            .payload = payload,
                                            .digest = flight.digest});
    if (flight.kind == model::PostKind::sms) {
        feed(*flight.receiver, protocol::ReceivedSms{.sender = flight.address, .body = payload});
    } else if constexpr (requires { cast_.mail_arrived(*this, *flight.receiver, payload); }) {
        if (flight.receiver) cast_.mail_arrived(*this, *flight.receiver, payload);
    }
    payloads_.release(flight.payload);
}

}  // namespace invitro::sim
