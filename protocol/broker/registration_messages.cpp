// The broker: who owns a number or an address, and where a device is to be reached.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/broker/credential.hpp"
#include "protocol/broker/push_request.hpp"

#include <algorithm>
#include <array>

namespace invitro::protocol {
namespace {

// A registration that names nobody, or no way to reach it, cannot be put in force.
bool is_usable(const RegisterDevice& registration) {
    return !registration.device.is_none() && !registration.token.value.empty() &&
           registration.part < registration.parts &&
           registration.parts <= RegisterDevice::parts_max;
}

// What of a registration is vouched for, and the credentials its answer brings.
struct Vouched {
    RegisterDevice registration;
    InlineVector<std::uint8_t, RegisterDevice::identifiers_max> places{};  // in the message
    InlineVector<Credential, RegisterDevice::identifiers_max> credentials{};
};

Vouched vouched_part(const RandomValue& key, Instant now, const RegisterDevice& message) {
    Vouched vouched{.registration = message};
    vouched.registration.identifiers.clear();
    vouched.registration.credentials.clear();
    for (std::size_t i = 0; i < message.credentials.size(); ++i) {
        vouched.credentials.push_back(Credential{});
        if (i >= message.identifiers.size()) continue;
        const Claim claim{message.device, message.profile, message.identifiers[i]};
        const Credential& credential = message.credentials[i];
        const Duration left = instant_of(credential.expiry) - now;
        if (left <= Duration{} || !is_authentic(key, claim, credential)) continue;
        vouched.registration.lease = std::min(vouched.registration.lease, left);
        vouched.registration.identifiers.push_back(message.identifiers[i]);
        vouched.registration.credentials.push_back(credential);
        vouched.places.push_back(static_cast<std::uint8_t>(i));
        vouched.credentials[i] = renewed(key, claim, credential, now);
    }
    return vouched;
}

// Leaves out what other nodes of the cluster serve.
void keep_served(Vouched& vouched, const ClusterState& cluster) {
    const RegisterDevice all = vouched.registration;
    const auto places = vouched.places;
    vouched.registration.identifiers.clear();
    vouched.registration.credentials.clear();
    vouched.places.clear();
    for (std::size_t i = 0; i < all.identifiers.size(); ++i) {
        if (!cluster.serves(slot_of(all.identifiers[i]))) continue;
        vouched.registration.identifiers.push_back(all.identifiers[i]);
        vouched.registration.credentials.push_back(all.credential(i));
        vouched.places.push_back(places[i]);
    }
}

// Leaves out what another profile has proven later.
void refuse(Vouched& vouched, std::uint8_t refused) {
    RegisterDevice& registration = vouched.registration;
    const auto identifiers = registration.identifiers;
    registration.identifiers.clear();
    for (std::size_t i = 0; i < identifiers.size(); ++i) {
        if (((refused >> i) & 1U) == 0) {
            registration.identifiers.push_back(identifiers[i]);
        } else {
            vouched.credentials[vouched.places[i]] = Credential{};
        }
    }
}

}  // namespace

// ---- possession ---------------------------------------------------------------------------------

// The network vouches for the sender's number; that the device is its sender's too, the challenge
// shows. Reads nothing but the service's key, so an SMS may overtake whatever else is under way.
void Broker::take_sms(Instant now, const ReceivedSms& sms) {
    const auto message = decode(sms.body);
    const auto* request = message ? std::get_if<RegisterBySms>(&*message) : nullptr;
    if (request == nullptr || request->token.value.empty() || !sms.sender.is_phone()) {
        remark(RemarkKind::malformed_dropped, {}, {});
        return;
    }
    if (state_.config.is_sealed && device_id_of(request->key) != request->device) {
        remark(RemarkKind::forged_dropped, {}, request->device);
        return;
    }
    sms_key_ = request->key;
    const Claim claim{request->device, request->profile, sms.sender};
    const PossessionChallenge challenge{
        .device = request->device,
        .identifier = sms.sender,
        .attempt = request->attempt,
        .proof = make_proof(state_.config.ticket_key, claim, request->attempt, second_of(now))};
    const std::size_t size = encode_message(challenge, outbox_.reserve(push_size_max));
    outbox_.push({.request = no_call_request,
                  .provider = request->token.provider,
                  .token = request->token.value.view(),
                  .payload = {},
                  .time_to_live = timing::challenge_lifetime,
                  .collapse_key = {},
                  .recipient = Party::of_device(request->device)},
                 size);
    ++state_.counters.pushes_sent;
    remark(RemarkKind::possession_challenged, {}, request->device);
}

// Whoever's the address is, or nobody's: the answer is the same, and so is its time.
void Broker::on(const Arrival& arrival, const ValidateEmail& message) {
    if (message.device.is_none() || message.address.is_phone()) {
        remark(RemarkKind::malformed_dropped, {}, message.device);
        return;
    }
    send({message.device, arrival.source},
         ValidationPending{.device = message.device, .attempt = message.attempt});
    auto& mailed = state_.mailed;
    std::erase_if(mailed, [&](const MailedLink& one) {
        return one.at + timing::mail_link_lifetime <= arrival.now;
    });
    const auto is_this = [&](const MailedLink& one) {
        return one.attempt == message.attempt && one.device == message.device;
    };
    if (std::any_of(mailed.begin(), mailed.end(), is_this)) return;
    if (mailed.size() == mailed_links_max) mailed.erase(mailed.begin());
    mailed.push_back({.device = message.device, .attempt = message.attempt, .at = arrival.now});
    mail_link(arrival.now, message);
}

void Broker::mail_link(Instant now, const ValidateEmail& message) {
    const Claim claim{message.device, message.profile, message.address};
    const PossessionChallenge challenge{
        .device = message.device,
        .identifier = message.address,
        .attempt = message.attempt,
        .proof = make_proof(state_.config.ticket_key, claim, message.attempt, second_of(now))};
    const std::size_t size = encode_message(challenge, outbox_.reserve(datagram_size_max));
    outbox_.mail(message.address, size);
    remark(RemarkKind::possession_challenged, {}, message.device);
}

void Broker::on(const Arrival& arrival, const ProvePossession& message) {
    const RandomValue& key = state_.config.ticket_key;
    const Claim claim{message.device, message.profile, message.identifier};
    if (!is_authentic(key, claim, message.attempt, message.proof)) {
        remark(RemarkKind::unexpected_dropped, {}, message.device);
        return;
    }
    const Instant lapse = instant_of(message.proof.issued) + proof_lifetime(message.identifier);
    CredentialGranted answer{.device = message.device, .attempt = message.attempt};
    if (arrival.now < lapse) {
        answer.credential = earned_credential(key, claim, message.proof.issued);
        remark(RemarkKind::credential_granted, {}, message.device);
    }
    send({message.device, arrival.source}, answer);
}

// ---- registration -------------------------------------------------------------------------------

void Broker::on(const Arrival& arrival, const RegisterDevice& message) {
    const bool is_keyed = device_id_of(message.key) == message.device;
    if (!is_usable(message) || (state_.config.is_sealed && !is_keyed)) {
        remark(RemarkKind::malformed_dropped, {}, message.device);
        return;
    }
    Vouched vouched = vouched_part(state_.config.ticket_key, arrival.now, message);
    if (vouched.places.size() < message.identifiers.size()) {
        remark(RemarkKind::identifier_refused, {}, message.device);
    }
    auto others = other_owners(state_, vouched.registration);
    if (!others) {
        remark(RemarkKind::handover_awaited, {}, message.device);
        return;
    }
    // Who can show nothing leaves nothing behind.
    const bool is_heard = !vouched.places.empty() || state_.registry.knows(message.device);
    if (state_.cluster.is_clustered()) keep_served(vouched, state_.cluster);
    RegisterAck ack{
        .device = message.device, .incarnation = message.incarnation, .part = message.part};
    RegistrationOutcome outcome;
    if (is_heard) {
        outcome = state_.registry.put(arrival.now, vouched.registration);
        if (!outcome.is_in_force) remark(RemarkKind::duplicate_dropped, {}, message.device);
        if (outcome.is_replacement) remark(RemarkKind::registration_replaced, {}, message.device);
        if (outcome.refused != 0) remark(RemarkKind::identifier_refused, {}, message.device);
        ack.incarnation = outcome.incarnation;
        ack.lease = outcome.lease;
    }
    refuse(vouched, outcome.refused);
    if (is_heard && !outcome.is_in_force) {
        ack.part = RegisterAck::no_part;
        others->clear();
    } else {
        ack.credentials = vouched.credentials;
    }
    if (is_heard) {
        answer_registration(arrival, ack, std::move(*others));
    } else {
        send({message.device, arrival.source}, ack);
    }
    release(arrival.now, outcome.released);
    if (outcome.is_in_force && outcome.lease > Duration{}) {
        join_calls(arrival.now, vouched.registration);
    }
}

// In a cluster all other members are told, and the client is answered when those awaited have
// answered too.
void Broker::answer_registration(const Arrival& arrival,
                                 const RegisterAck& ack,
                                 std::vector<std::uint8_t> awaited) {
    const bool is_entry = arrival.source.via == no_node;
    if (is_entry) tell_members(arrival);
    if (is_entry && !awaited.empty()) {
        await(arrival, ack, std::move(awaited));
    } else {
        send({ack.device, arrival.source}, ack);
    }
}

void Broker::on(const Arrival& arrival, const UnregisterDevice& message) {
    if (message.device.is_none()) {
        remark(RemarkKind::malformed_dropped, {}, {});
        return;
    }
    const Claim claim{message.device, message.profile, message.identifier};
    const bool is_vouched = is_authentic(state_.config.ticket_key, claim, message.credential);
    const RegistrationOutcome outcome =
        state_.registry.end(arrival.now, message.device, message.incarnation, is_vouched);
    remark(outcome.is_in_force ? RemarkKind::device_unregistered : RemarkKind::duplicate_dropped,
           {},
           message.device);
    // At once means: at every node.
    std::vector<std::uint8_t> awaited;
    for (const Member& member : state_.cluster.membership.members) {
        if (outcome.is_in_force && member.node != state_.config.node) {
            awaited.push_back(member.node);
        }
    }
    answer_registration(
        arrival,
        RegisterAck{.device = message.device,
                    .incarnation = outcome.incarnation,
                    .lease = outcome.lease,
                    .part = outcome.is_in_force ? std::uint8_t{0} : RegisterAck::no_part},
        std::move(awaited));
    release(arrival.now, outcome.released);
}

// Whoever is no longer bound to an identifier is not pushed to for it any more, in open calls too.
void Broker::release(Instant now, const std::vector<Release>& released) {
    if (state_.calls.calls.empty()) return;
    for (const Release& one : released) {
        std::uint32_t position = state_.calls.find_callee(one.identifier);
        while (position != no_position) {
            Call& call = state_.calls.calls[position];
            if (Invitee* invitee = find_invitee(call, one.device)) withdraw(call, *invitee, now);
            state_.calls.reschedule(position);
            position = call.next_of_callee;
        }
    }
}

}  // namespace invitro::protocol
