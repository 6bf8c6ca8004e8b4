#include "properties/history.hpp"

#include "properties/decode_as.hpp"
#include "protocol/timing.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

namespace timing = protocol::timing;

namespace {

// How long after its taking in hand a call can still see anything but the end of open sessions.
Duration open_span(Duration lifetime) {
    return lifetime + 2 * timing::grace + timing::nomination_wait_max +
           2 * timing::session_silence_max;
}

bool has_open_session(const CallFacts& call) {
    return std::any_of(call.participants.begin(), call.participants.end(), [](const auto& one) {
        return one.here.is_open() || one.at_initiator.is_open();
    });
}

}  // namespace

// A message is the array [version, type, {...}] (protocol/wire/codec.hpp), its head in the shortest
// form; other forms are decoded by who needs them.
std::optional<MessageType> peek_type(ByteView bytes) {
    constexpr std::uint8_t array_of_three = 0x83;
    constexpr std::uint8_t one_byte_follows = 0x18;
    if (bytes.size() < 4 || bytes[0] != array_of_three || bytes[1] != protocol::wire_version) {
        return std::nullopt;
    }
    if (bytes[2] < one_byte_follows) return static_cast<MessageType>(bytes[2]);
    if (bytes[2] == one_byte_follows) return static_cast<MessageType>(bytes[3]);
    return std::nullopt;
}

History::History(const scenarios::World& world) : surroundings_(world), seals_(world) {}

namespace {

// What a node does because of an input, as opposed to what it says of itself and to what happens
// anyway.
bool is_consequence(const model::EventBody& body) {
    return std::holds_alternative<model::DatagramSent>(body) ||
           std::holds_alternative<model::PushSubmitted>(body) ||
           std::holds_alternative<model::BytesWritten>(body) ||
           std::holds_alternative<model::Notified<protocol::Notification>>(body);
}

}  // namespace

void History::observe(const model::Event& event) {
    now_ = event.header.at;
    seals_.before(event.header, is_consequence(event.body));
    if (surroundings_.world().brokers.size() > 1) return observe_in_cluster(event);
    std::visit([&](const auto& body) { on(event.header, body); }, event.body);
}

std::vector<CallFacts> History::take_closable() {
    std::vector<CallFacts> taken;
    std::vector<CallId> ids;
    next_close_ = protocol::never;
    for (const auto& [id, call] : calls_) {
        const Moment& start = call.taken.happened() ? call.taken : call.started;
        const Instant close = start.at + open_span(call.lifetime);
        if (close <= now_ && !has_open_session(call)) {
            ids.push_back(id);
        } else {
            next_close_ = std::min(next_close_, std::max(close, now_ + timing::grace));
        }
    }
    for (const CallId& id : ids) {
        forget_names(*calls_.find(id));
        taken.push_back(std::move(*calls_.find(id)));
        calls_.erase(id);
    }
    recent_ = nullptr;
    return taken;
}

CallFacts* History::find_call(CallId id) {
    if (recent_ == nullptr || recent_->id != id) {
        CallFacts* found = calls_.find(id);
        if (found != nullptr) recent_ = found;
        return found;
    }
    return recent_;
}

CallFacts& History::call_of(CallId id) {
    if (CallFacts* known = find_call(id)) return *known;
    recent_ = calls_.try_emplace(id).first;
    recent_->id = id;
    next_close_ = std::min(next_close_, now_ + open_span(timing::invitation_lifetime_max));
    return *recent_;
}

ParticipantFacts& History::participant(CallFacts& call, std::uint32_t number) {
    if (ParticipantFacts* known = call.find(number)) return *known;
    call.participants.emplace_back().device = number;
    return call.participants.back();
}

ParticipantFacts* History::participant_named(CallFacts& call, DeviceId id) {
    const std::uint32_t number = number_of(id);
    return number == nobody ? nullptr : &participant(call, number);
}

DeviceFacts& History::device(std::uint32_t number) {
    return *devices_.try_emplace(number).first;
}

std::uint32_t History::number_of(DeviceId id) const {
    const std::uint32_t* number = numbers_.find(id);
    return number == nullptr ? nobody : *number;
}

void History::name_device(std::uint32_t number, DeviceId id) {
    device(number).id = id;
    numbers_.try_emplace(id, number);
}

// Every host candidate is an address that the device was given by its operating system.
bool History::has_own_hosts(std::uint32_t number, const ConnectionData& data) const {
    const DeviceFacts* known = devices_.find(number);
    if (known == nullptr) return data.candidates.empty();
    return std::all_of(data.candidates.begin(), data.candidates.end(), [&](const auto& candidate) {
        return candidate.kind != protocol::CandidateKind::host ||
               std::find(known->addresses.begin(), known->addresses.end(), candidate.address) !=
                   known->addresses.end();
    });
}

// `data` should be one of the originals, and should have come from the device `origin`.
void History::compare(CopyFacts& copy,
                      const Header& header,
                      std::uint32_t origin,
                      const ConnectionData& data,
                      const std::vector<ConnectionData>& originals) const {
    copy.seen.first(header);
    const bool is_known = std::find(originals.begin(), originals.end(), data) != originals.end();
    if (!is_known) copy.differed.first(header);
    if (!has_own_hosts(origin, data)) copy.foreign.first(header);
}

// A world that falls still before its time is over stays still: nothing came until its very end.
void History::on(const Header&, const model::WorldEnded&) {
    now_ = std::max(now_, Instant{surroundings_.world().duration});
}

// ---- pushes -------------------------------------------------------------------------------------

void History::on(const Header& header, const model::PushSubmitted& event) {
    seals_.pushed(header, event);
    registration_pushed(header, event);
    CallFacts* call = find_call(header.call);
    const auto type = peek_type(model::message_in(event));
    if (type == MessageType::transfer_offer) return offered(header, event);
    if (call == nullptr || !type) return;
    ++call->messages;
    ParticipantFacts& who = participant(*call, event.device);
    if (*type == MessageType::invite_push) {
        if (call->pushers.empty() || call->pushers.back() != header.node.number) {
            call->pushers.push_back(header.node.number);
            call->pushed_by_another.last(header);
        }
        Moment moment;
        moment.first(header);
        who.invite_pushes.push_back(moment);
        note_push(*call, event.device, header, false);
        const auto message = protocol::decode(model::message_in(event));
        const auto* push = message ? std::get_if<protocol::InvitePush>(&*message) : nullptr;
        if (push != nullptr) {
            compare(who.pushed, header, call->initiator, push->connection, call->offers);
        }
    } else if (*type == MessageType::invite_dismiss) {
        Moment moment;
        moment.first(header);
        who.dismissal_pushes.push_back(moment);
    }
}

void History::on(const Header& header, const model::PushDelivered& event) {
    CallFacts* call = find_call(header.call);
    const auto type = peek_type(model::message_in(event));
    if (type == MessageType::possession_challenge) {
        const auto message = protocol::decode(model::message_in(event));
        const auto* challenge =
            message ? std::get_if<protocol::PossessionChallenge>(&*message) : nullptr;
        if (challenge != nullptr) challenged(header, *challenge);
    }
    if (call == nullptr || !type || header.node.number == call->initiator) return;
    ParticipantFacts& who = participant(*call, header.node.number);
    if (*type == MessageType::invite_push) {
        who.push_delivered.first(header);
        who.push_delivered_last = header.at;
        note_push(*call, header.node.number, header, true);
        decode_as<protocol::InvitePush>(model::message_in(event), [&](const auto& push) {
            who.pushed_generation = std::max(who.pushed_generation, push.connection.generation);
        });
    } else if (*type == MessageType::invite_dismiss) {
        who.dismissed.first(header);
    }
}

// ---- commands -----------------------------------------------------------------------------------

void History::on(const Header& header, const model::CommandGiven<protocol::Command>& event) {
    std::visit([&](const auto& command) { given(header, command); }, event.command);
}

void History::given(const Header& header, const protocol::RegisterCommand&) {
    device(header.node.number).register_command.first(header);
    device(header.node.number).registration.unregister_command = {};
}

// Calling is consent to be found: the caller's own data goes out.
void History::given(const Header& header, const protocol::CallCommand&) {
    device(header.node.number).consent.first(header);
}

void History::given(const Header& header, const protocol::AcceptCommand& command) {
    if (LegFacts* leg = find_leg(command.call)) {
        if (!leg->ringing.happened() || leg->ended_at_target.happened()) return;
        leg->accept_command.first(header);
        device(header.node.number).consent.first(header);
        return;
    }
    CallFacts* call = find_call(command.call);
    if (call == nullptr || call->initiator == header.node.number) return;
    ParticipantFacts& who = participant(*call, header.node.number);
    // A later incarnation may ring and be answered as well.
    if (who.killed.happened()) {
        who.consent.first(header);
        return device(header.node.number).consent.first(header);
    }
    const bool rings = who.ringing.happened() && !who.ringing_stopped.happened();
    if (!rings || who.answered_itself()) return;
    who.accept_command.first(header);
    who.consent.first(header);
    stop_ringing(header.node.number, command.call);
    device(header.node.number).consent.first(header);
}

void History::given(const Header& header, const protocol::DeclineCommand& command) {
    if (CallFacts* call = find_call(command.call)) decline(*call, header);
}

void History::decline(CallFacts& call, const Header& header) {
    if (call.initiator == header.node.number) return;
    ParticipantFacts& who = participant(call, header.node.number);
    const bool rings = who.ringing.happened() && !who.ringing_stopped.happened();
    if (!rings || who.answered_itself() || who.killed.happened()) return;
    who.decline_command.first(header);
    stop_ringing(header.node.number, call.id);
}

void History::given(const Header& header, const protocol::CancelCommand& command) {
    CallFacts* call = find_call(command.call);
    if (call != nullptr && call->initiator == header.node.number) {
        call->cancel_command.first(header);
        note_settled(*call, header);
    }
}

void History::given(const Header& header, const protocol::ChooseCommand& command) {
    CallFacts* call = find_call(command.call);
    if (call == nullptr || call->initiator != header.node.number) return;
    if (ParticipantFacts* who = participant_named(*call, command.device)) {
        who->choose_command.first(header);
    }
}

void History::given(const Header& header, const protocol::HangUpCommand& command) {
    CallFacts* call = find_call(command.call);
    if (call == nullptr) return;
    if (call->initiator == header.node.number) {
        call->hang_up_command.first(header);
        note_settled(*call, header);
    } else {
        ParticipantFacts& who = participant(*call, header.node.number);
        if (!who.killed.happened()) who.hang_up_command.first(header);
    }
}

void History::given(const Header& header, const protocol::NetworkChanged& command) {
    auto& known = device(header.node.number).addresses;
    for (const protocol::Address& address : command.addresses) {
        if (std::find(known.begin(), known.end(), address) == known.end()) known.push_back(address);
    }
}

void History::given(const Header& header, const protocol::WokeUp&) {
    device(header.node.number).wakes.emplace_back().first(header);
}

}  // namespace invitro::properties
