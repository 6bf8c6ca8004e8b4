#include "protocol/broker/candidates.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

TakenAccept* find_accept(Call& call, DeviceId device) {
    const auto found = std::find_if(call.accepts.begin(),
                                    call.accepts.end(),
                                    [&](const TakenAccept& one) { return one.device == device; });
    return found == call.accepts.end() ? nullptr : &*found;
}

bool takes_part(const Invitee& invitee) {
    return invitee.phase == InviteePhase::ringing || invitee.phase == InviteePhase::accepted;
}

}  // namespace

bool take_initiator_data(Call& call, const ConnectionData& connection, Instant now) {
    if (connection.generation <= call.request.connection.generation) return false;
    call.request.connection = connection;
    for (Invitee& invitee : call.invitees) {
        invitee.refresh.stop();
        owe_initiator_data(call, invitee, now);
    }
    return true;
}

bool take_acceptor_data(Call& call,
                        DeviceId device,
                        const ConnectionData& connection,
                        Instant now) {
    TakenAccept* accept = find_accept(call, device);
    if (accept == nullptr || connection.generation <= accept->connection.generation) return false;
    accept->connection = connection;
    // Even while the accept itself is being forwarded: its answer may be on the way already.
    accept->refresh.start(now);
    return true;
}

std::uint32_t known_generation(const Call& call, DeviceId author) {
    if (author == call.request.initiator) return call.request.connection.generation;
    for (const TakenAccept& accept : call.accepts) {
        if (accept.device == author) return accept.connection.generation;
    }
    return 0;
}

void owe_initiator_data(const Call& call, Invitee& invitee, Instant now) {
    const bool is_owed = takes_part(invitee) && invitee.is_heard() &&
                         invitee.known_generation < call.request.connection.generation;
    if (is_owed && !invitee.refresh.is_active()) invitee.refresh.start(now);
}

bool take_candidate_ack(Call& call, const CandidateForwardAck& ack) {
    if (ack.generation < known_generation(call, ack.author)) return false;
    Retransmission* refresh = nullptr;
    if (ack.author == call.request.initiator) {
        Invitee* invitee = find_invitee(call, ack.device);
        if (invitee == nullptr) return false;
        invitee->known_generation = call.request.connection.generation;
        refresh = &invitee->refresh;
    } else {
        TakenAccept* accept = find_accept(call, ack.author);
        if (accept == nullptr || ack.device != call.request.initiator) return false;
        refresh = &accept->refresh;
    }
    const bool was_active = refresh->is_active();
    refresh->stop();
    return was_active;
}

}  // namespace invitro::protocol
