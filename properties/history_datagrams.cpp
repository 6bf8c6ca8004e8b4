// History, third part: datagrams sent, delivered and lost.
#include "properties/decode_as.hpp"
#include "properties/history.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/hostile.hpp"

#include <algorithm>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

namespace {

// Between the peers themselves or with a relay, as opposed to through the broker.
bool is_path_message(MessageType type) {
    const bool is_relays = type >= MessageType::relay_allocate && type <= MessageType::relay_data;
    return is_relays || (type >= MessageType::check && type <= MessageType::session_close);
}

// What is said, where a relay passes it, by what is inside.
MessageType type_inside(MessageType type, ByteView payload) {
    if (type != MessageType::relay_data) return type;
    const auto message = protocol::decode(payload);
    const auto* data = message ? std::get_if<protocol::RelayData>(&*message) : nullptr;
    const auto inner = data == nullptr ? std::nullopt : peek_type(data->payload.view());
    return inner.value_or(type);
}

// The participant that a message of a call is about: an InviteUpdate is about its sender.
DeviceId concerned(const protocol::Message& message) {
    return std::visit(
        [](const auto& one) -> DeviceId {
            if constexpr (requires { one.device; }) {
                return one.device;
            } else if constexpr (requires { one.initiator; }) {
                return one.initiator;
            } else {
                return {};
            }
        },
        message);
}

template <class Item>
void add_once(std::vector<Item>& list, const Item& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// Nobody can take part any more, and nobody has accepted.
bool have_all_declined(const CallFacts& call) {
    return std::all_of(call.participants.begin(), call.participants.end(), [](const auto& one) {
        return !one.was_invited() || one.decline_at_broker.happened();
    });
}

bool has_any_accepted(const CallFacts& call) {
    return std::any_of(call.participants.begin(), call.participants.end(), [](const auto& one) {
        return one.accept_at_broker.happened();
    });
}

}  // namespace

// ---- sent ---------------------------------------------------------------------------------------

// What attackers send is nobody's doing that anything is owed to or asked of: only what becomes of
// it is kept.
void History::on(const Header& header, const model::DatagramSent& event) {
    if (header.node.kind == NodeKind::attacker) return;
    seals_.sent(header, event);
    const auto type = peek_type(model::message_in(event));
    if (!type) return;
    if (*type == MessageType::invite_failed) refused_first_.first(header);
    if (header.call.is_none()) {
        sent_outside_calls(header, *type, model::message_in(event));
        return;
    }
    // A call is first heard of by CallStarted; without it there is nobody to judge it for.
    CallFacts* call = find_call(header.call);
    if (call == nullptr) return;
    const bool is_device = header.node.kind == NodeKind::device;
    if (header.node.kind == NodeKind::relay) {
        return sent_by_relay(*call, header, *type, model::message_in(event));
    }
    if (is_path_message(*type)) {
        ++call->path_messages;
        call->path_first.first(header);
        call->path_last.last(header);
    } else {
        ++call->messages;
        call->last_message.last(header);
        call->last_sender = is_device ? header.node.number : nobody;
    }
    if (is_device) sent_about_relay(*call, header, *type, model::message_in(event));
    if (!is_device) {
        sent_by_broker(*call, header, *type, event);
    } else if (header.node.number == call->initiator) {
        sent_by_initiator(*call, header, *type, model::message_in(event));
    } else {
        sent_by_recipient(*call, header, *type, model::message_in(event));
    }
}

void History::sent_outside_calls(const Header& header, MessageType type, ByteView payload) {
    if (type == MessageType::register_device) {
        decode_as<protocol::RegisterDevice>(
            payload, [&](const auto& message) { name_device(header.node.number, message.device); });
    } else if (type == MessageType::unregister_device) {
        decode_as<protocol::UnregisterDevice>(
            payload, [&](const auto& message) { name_device(header.node.number, message.device); });
    } else if (header.node.kind == NodeKind::broker) {
        registration_by_broker(header, type, payload);
    } else if (type == MessageType::reflect_request && header.node.kind == NodeKind::device) {
        reflected(header, payload);
    }
}

// Each try of a question carries the same transaction. Questions given up long ago are forgotten.
void History::reflected(const Header& header, ByteView payload) {
    DeviceFacts& who = device(header.node.number);
    who.reflected.first(header);
    decode_as<protocol::ReflectRequest>(payload, [&](const auto& message) {
        const bool is_known = std::any_of(
            who.reflections.begin(), who.reflections.end(), [&](const ReflectionFacts& one) {
                return one.transaction == message.transaction;
            });
        if (is_known) return;
        std::erase_if(who.reflections, [&](const ReflectionFacts& one) {
            return one.asked + 2 * protocol::timing::gathering_max < header.at;
        });
        who.reflections.push_back({.transaction = message.transaction, .asked = header.at});
    });
}

// Both reflectors were asked since then, and whoever was asked has answered.
bool History::is_reflected(std::uint32_t number, const Moment& since) const {
    const DeviceFacts* known = devices_.find(number);
    if (known == nullptr || !since.happened()) return false;
    std::size_t answered = 0;
    for (const ReflectionFacts& one : known->reflections) {
        if (one.asked < since.at) continue;
        if (!one.is_answered) return false;
        ++answered;
    }
    return answered >= surroundings_.world().reflector_sites.size();
}

void History::sent_by_broker(CallFacts& call,
                             const Header& header,
                             MessageType type,
                             const model::DatagramSent& event) {
    if (sim::is_attacker(event.destination) && !call.passed_on.happened() &&
        !is_fetched(type, model::message_in(event))) {
        call.forger_answered.first(header);
    }
    if (type == MessageType::invite_progress) {
        // A cancel that has overtaken its request stands for both.
        const bool is_durable = call.request_durable.happened() || !call.decided.empty();
        if (!is_durable) call.taken_too_early.first(header);
        call.taken.first(header);
        if (call.progress_size == 0) call.progress_size = model::message_in(event).size();
    } else if (type == MessageType::invite_failed) {
        call.refused.first(header);
        if (call.taken.happened()) call.refused_after_taken.first(header);
    } else if (type == MessageType::invite_ended && !call.ended_sent.happened()) {
        decode_as<protocol::InviteEnded>(model::message_in(event), [&](const auto& message) {
            if (number_of(message.device) != call.initiator) return;
            call.ended_sent.first(header);
            call.ended_sent_reason = message.reason;
        });
        note_taken(call, header);
    } else if (type == MessageType::accept_ack) {
        decode_as<protocol::AcceptAck>(model::message_in(event), [&](const auto& message) {
            ParticipantFacts* who = participant_named(call, message.device);
            if (who == nullptr) return;
            who->accept_acked.first(header);
            if (!who->accept_durable.happened()) who->acked_too_early.first(header);
        });
    } else if (type == MessageType::accept_forward) {
        decode_as<protocol::AcceptForward>(model::message_in(event), [&](const auto& message) {
            forwarded(call, header, event.destination, message);
        });
    }
}

void History::sent_by_initiator(CallFacts& call,
                                const Header& header,
                                MessageType type,
                                ByteView payload) {
    if (type == MessageType::invite_request) {
        decode_as<protocol::InviteRequest>(
            payload, [&](const auto& message) { requested(call, header, message); });
    } else if (type == MessageType::candidate_update) {
        decode_as<protocol::CandidateUpdate>(payload, [&](const auto& message) {
            add_once(call.offers, message.connection);
            compare(call.offered, header, call.initiator, message.connection, call.offers);
        });
    } else if (type_inside(type, payload) == MessageType::nominate) {
        call.nominate_sent.first(header);
        note_settled(call, header);
    } else if (type == MessageType::invite_update) {
        call.updated.first(header);
        decode_as<protocol::InviteUpdate>(payload, [&](const auto& message) {
            for (ParticipantFacts& one : call.participants) {
                const DeviceFacts* known = devices_.find(one.device);
                one.is_chosen = known != nullptr && std::find(message.chosen.begin(),
                                                              message.chosen.end(),
                                                              known->id) != message.chosen.end();
            }
        });
    }
}

void History::requested(CallFacts& call,
                        const Header& header,
                        const protocol::InviteRequest& request) {
    name_device(header.node.number, request.initiator);
    const bool is_new = !call.requested.happened();
    if (is_new) call.is_reflected = is_reflected(header.node.number, call.started);
    call.requested.first(header);
    call.callee = request.callee;
    call.caller = request.caller;
    call.admits_late_joiners = request.admits_late_joiners;
    if (is_new) find_crossing(call);
    call.policy = request.policy;
    call.lifetime = std::min(request.lifetime, protocol::timing::invitation_lifetime_max);
    add_once(call.offers, request.connection);
    compare(call.offered, header, call.initiator, request.connection, call.offers);
}

void History::sent_by_recipient(CallFacts& call,
                                const Header& header,
                                MessageType type,
                                ByteView payload) {
    ParticipantFacts& who = participant(call, header.node.number);
    const bool reveals = is_path_message(type) || type == MessageType::invite_accept ||
                         type == MessageType::candidate_update;
    if (reveals && !who.revealed.happened()) {
        who.revealed.first(header);
        who.revealed_by = type;
    }
    if (type == MessageType::invite_accept) {
        decode_as<protocol::InviteAccept>(payload, [&](const auto& message) {
            name_device(header.node.number, message.device);
            if (who.accepts.empty()) {
                who.is_reflected = is_reflected(header.node.number, who.accept_command);
            }
            add_once(who.accepts, message.connection);
        });
    } else if (type == MessageType::candidate_update) {
        decode_as<protocol::CandidateUpdate>(
            payload, [&](const auto& message) { add_once(who.accepts, message.connection); });
    } else if (type == MessageType::invite_ringing && device(header.node.number).id.is_none()) {
        decode_as<protocol::InviteRinging>(
            payload, [&](const auto& message) { name_device(header.node.number, message.device); });
    }
}

void History::forwarded(CallFacts& call,
                        const Header& header,
                        const protocol::Address& destination,
                        const protocol::AcceptForward& forward) {
    ParticipantFacts* who = participant_named(call, forward.device);
    if (who == nullptr) {
        call.stranger_forwarded.first(header);
        return;
    }
    if (!who->accept_at_broker.happened()) who->forwarded_unaccepted.first(header);
    const auto& known = call.initiator_addresses;
    if (std::find(known.begin(), known.end(), destination) == known.end()) {
        who->forwarded_astray.first(header);
    }
    compare(who->forwarded, header, who->device, forward.connection, who->accepts);
}

// ---- delivered ----------------------------------------------------------------------------------

void History::on(const Header& header, const model::DatagramDelivered& event) {
    const Bearer bearer = bearer_of(header, event);
    if (bearer != Bearer::nobody) delivered(header, event, bearer);
}

void History::delivered(const Header& header,
                        const model::DatagramDelivered& event,
                        Bearer bearer) {
    const ByteView message = model::message_in(event);
    const auto type = peek_type(message);
    if (!type) return;
    if (header.node.kind == NodeKind::broker) {
        if (bearer == Bearer::attacker) passed_on(header, *type, message);
        came_to_broker(header, *type, message);
        if (header.call.is_none()) registration_at_broker(*type, message);
    } else if (*type == MessageType::reflect_response) {
        reflection_answered(header, message);
    } else if (*type == MessageType::leg_offer) {
        leg_at_peer(header, message);
    }
    CallFacts* call = header.call.is_none() ? nullptr : find_call(header.call);
    if (call == nullptr) return;
    if (header.node.kind == NodeKind::broker) {
        at_broker(*call, header, *type, event);
    } else if (header.node.kind == NodeKind::device) {
        at_device(*call, header, *type, message);
    }
}

void History::reflection_answered(const Header& header, ByteView payload) {
    if (header.node.kind != NodeKind::device) return;
    decode_as<protocol::ReflectResponse>(payload, [&](const auto& message) {
        for (ReflectionFacts& one : device(header.node.number).reflections) {
            if (one.transaction == message.transaction) one.is_answered = true;
        }
    });
}

// The broker may answer an initiator where it has heard it, and nowhere else.
void History::initiator_at_broker(CallFacts& call,
                                  MessageType type,
                                  const model::DatagramDelivered& event) {
    bool is_initiators = type == MessageType::invite_request ||
                         type == MessageType::invite_cancel || type == MessageType::invite_update;
    if (type == MessageType::call_keep_alive) {
        decode_as<protocol::CallKeepAlive>(model::message_in(event), [&](const auto& message) {
            is_initiators = number_of(message.device) == call.initiator;
        });
    } else if (type == MessageType::candidate_update) {
        decode_as<protocol::CandidateUpdate>(model::message_in(event), [&](const auto& message) {
            is_initiators = number_of(message.device) == call.initiator;
        });
    }
    if (type == MessageType::relay_request) {
        decode_as<protocol::RelayRequest>(model::message_in(event), [&](const auto& message) {
            is_initiators = number_of(message.device) == call.initiator;
        });
    }
    if (is_initiators) add_once(call.initiator_addresses, event.source);
}

void History::at_broker(CallFacts& call,
                        const Header& header,
                        MessageType type,
                        const model::DatagramDelivered& event) {
    const ByteView payload = model::message_in(event);
    initiator_at_broker(call, type, event);
    if (type == MessageType::invite_cancel) {
        call.cancel_at_broker.first(header);
        call.over_certainly.first(header);
        call.over_possibly.first(header);
    } else if (type == MessageType::invite_update) {
        call.choice_at_broker.first(header);
    } else if (type == MessageType::candidate_update) {
        decode_as<protocol::CandidateUpdate>(
            payload, [&](const auto& message) { renewed_at_broker(call, header, message); });
    } else if (type == MessageType::invite_ringing) {
        decode_as<protocol::InviteRinging>(payload, [&](const auto& message) {
            ParticipantFacts* who = participant_named(call, message.device);
            if (who != nullptr) who->heard.first(header);
        });
    } else if (type == MessageType::invite_accept) {
        decode_as<protocol::InviteAccept>(payload, [&](const auto& message) {
            ParticipantFacts* who = participant_named(call, message.device);
            if (who != nullptr) accept_at_broker(call, *who, header);
        });
    } else if (type == MessageType::invite_decline) {
        decode_as<protocol::InviteDecline>(
            payload, [&](const auto& message) { decline_at_broker(call, header, message); });
    }
}

void History::renewed_at_broker(CallFacts& call,
                                const Header& header,
                                const protocol::CandidateUpdate& update) {
    ParticipantFacts* who = nullptr;
    if (number_of(update.device) != call.initiator) {
        who = participant_named(call, update.device);
        if (who == nullptr || !who->accept_at_broker.happened()) return;
    }
    RenewalAtBroker& renewal = who == nullptr ? call.offer_renewed : who->accept_renewed;
    if (update.connection.generation <= renewal.generation) return;
    renewal.generation = update.connection.generation;
    renewal.taken.last(header);
}

void History::accept_at_broker(CallFacts& call, ParticipantFacts& who, const Header& header) {
    call.answered.first(header);
    note_accept(call, who.device, header);
    who.heard.first(header);
    who.accept_at_broker.first(header);
}

void History::decline_at_broker(CallFacts& call,
                                const Header& header,
                                const protocol::InviteDecline& decline) {
    ParticipantFacts* who = participant_named(call, decline.device);
    if (who == nullptr) return;
    call.answered.first(header);
    who->heard.first(header);
    if (who->decline_at_broker.happened() || who->accept_at_broker.happened()) return;
    who->decline_at_broker.first(header);
    const bool is_everywhere = decline.scope == protocol::DeclineScope::everywhere;
    if (!is_everywhere && !have_all_declined(call)) return;
    call.declined_over.first(header);
    call.over_possibly.first(header);
    // Whoever has been dismissed already has no say any more.
    const bool has_a_say = !call.choice_at_broker.happened() && header.at < call.lifetime_end();
    // A device that came first and waits for the disk may join before.
    const bool may_be_joined = !is_everywhere && storage_.is_registering();
    if (!has_a_say || may_be_joined) return;
    if (!call.over_certainly.happened() && !has_any_accepted(call)) call.declined_out.first(header);
    call.over_certainly.first(header);
}

void History::at_device(CallFacts& call, const Header& header, MessageType type, ByteView payload) {
    if (type == MessageType::relay_data) came_through_relay(call, header, payload);
    if (type == MessageType::invite_failed) call.refusal_heard.first(header);
    if (header.node.number == call.initiator) return;
    if (type == MessageType::invite_ended) {
        participant(call, header.node.number).dismissed.first(header);
    } else if (type_inside(type, payload) == MessageType::nominate) {
        participant(call, header.node.number).nominated.first(header);
    }
}

// ---- lost ---------------------------------------------------------------------------------------

void History::on(const Header& header, const model::DatagramDropped& event) {
    if (header.node.kind == NodeKind::attacker) return;
    switch (event.reason) {
        case model::DropReason::loss:
        case model::DropReason::fault:
        case model::DropReason::offline:
            break;
        case model::DropReason::node_down:
        case model::DropReason::unroutable:
        case model::DropReason::nat_blocked:
        case model::DropReason::nat_no_mapping:
        case model::DropReason::nat_filtered:
        case model::DropReason::nat_no_port:
        case model::DropReason::nat_no_hairpin:
            return;
    }
    if (const auto type = peek_type(model::message_in(event))) {
        count_failed(header, *type, model::message_in(event));
    }
}

void History::on(const Header& header, const model::SegmentLost& event) {
    device(header.node.number).stream_losses.push_back({.at = header.at, .felt = event.wait});
}

// Its owner finds out with the next message, rests and opens another one; until then the broker
// does not know the way to it.
void History::on(const Header& header, const model::StreamBroken&) {
    constexpr Duration mended_after =
        protocol::timing::call_keep_alive + protocol::timing::stream_reopen_max;
    device(header.node.number).stream_losses.push_back({.at = header.at, .felt = mended_after});
}

void History::count_failed(const Header& header, MessageType type, ByteView payload) {
    const bool is_device = header.node.kind == NodeKind::device;
    FailedTry failed{.at = header.at,
                     .device = is_device ? header.node.number : nobody,
                     .exchange = exchange_of(type)};
    // A broker's message concerns its addressee, a ForwardAck the acceptor whose forward it
    // answers. One peer's message may be for any other.
    const bool is_initiators = is_path_message(type) || type == MessageType::reflect_response;
    if (is_initiators) {
        failed.device = nobody;
    } else if (!is_device || type == MessageType::forward_ack) {
        const auto message = protocol::decode(payload);
        if (message) failed.device = number_of(concerned(*message));
    }
    const bool is_devices = failed.exchange == Exchange::registration ||
                            failed.exchange == Exchange::waking ||
                            failed.exchange == Exchange::transfer;
    if (is_devices) {
        if (failed.device != nobody) device(failed.device).failed_tries.push_back(failed);
    } else if (CallFacts* call = header.call.is_none() ? nullptr : find_call(header.call)) {
        call->failed_tries.push_back(failed);
        if (CrossingFacts* crossing = crossing_of(*call)) crossing->failed_tries.push_back(failed);
    }
}

}  // namespace invitro::properties
