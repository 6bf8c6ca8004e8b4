#include "protocol/wire/message_notes.hpp"

#include "protocol/wire/messages.hpp"

#include <type_traits>
#include <variant>

namespace invitro::protocol {
namespace {

using Type = MessageType;

constexpr MessageNote registration_notes[] = {
    {Type::register_device,
     "device -> broker",
     "This device is reached through this token, for these identifiers; more than two go in parts.",
     {Type::register_ack}},
    {Type::register_ack,
     "broker -> device",
     "That part is in force, for this lease; or: a newer incarnation is known (`part` 255); or, "
     "with "
     "a lease of zero: the device is registered no more."},
    {Type::register_by_sms,
     "device -> SMS gateway -> broker",
     "The body of an SMS: its sender's number is to reach this device.",
     {Type::possession_challenge}},
    {Type::possession_challenge,
     "broker -> device, as a push or in a mailed link",
     "Whoever shows this to the broker has received it where the number or the address is.",
     {Type::prove_possession}},
    {Type::prove_possession,
     "device -> broker",
     "The challenge has reached this device, or the link its user.",
     {Type::credential_granted}},
    {Type::credential_granted,
     "broker -> device",
     "The credential that the proof has earned; all zero if the proof came too late."},
    {Type::validate_email,
     "device -> broker",
     "Mail a link to this address, once for each attempt.",
     {Type::validation_pending}},
    {Type::validation_pending,
     "broker -> device",
     "The mail is on its way, whoever's the address is."},
    {Type::unregister_device,
     "device -> broker",
     "This device is not to be reached any more.",
     {Type::register_ack}},
};

constexpr MessageNote invitation_notes[] = {
    {Type::invite_request,
     "initiator -> broker",
     "Invite the devices of this identifier; here is how the initiator is reached.",
     {Type::invite_progress, Type::invite_failed}},
    {Type::invite_progress,
     "broker -> initiator",
     "The request is in hand, whoever is registered for the callee, or nobody."},
    {Type::invite_failed,
     "broker -> initiator",
     "Refused, and why; if overloaded, asking again is in vain before `retry_after`."},
    {Type::invite_push,
     "broker -> device, as a push to each of its tokens",
     "You are invited; here is how the initiator is reached, and your ticket.",
     {Type::invite_ringing, Type::invite_accept, Type::invite_decline}},
    {Type::invite_dismiss,
     "broker -> device, as a push",
     "Stop ringing, and why; also for a transfer on offer, by its leg. Nothing answers it."},
    {Type::invite_ringing,
     "device -> broker",
     "It rings, so the pushing can stop; of a call that the broker knows no longer it hears "
     "InviteEnded.",
     {Type::ringing_ack}},
    {Type::ringing_ack, "broker -> device", "Heard: it need not be said again."},
    {Type::invite_accept,
     "device -> broker",
     "The user has accepted; here is how this device is reached.",
     {Type::accept_ack, Type::accept_refused}},
    {Type::accept_ack,
     "broker -> device",
     "The accept is taken, and will be forwarded until the initiator has it."},
    {Type::accept_refused, "broker -> device", "Too late, and why."},
    {Type::invite_decline,
     "device -> broker",
     "Not here, or on none of the devices.",
     {Type::decline_ack}},
    {Type::decline_ack, "broker -> device", "Heard: it need not be said again."},
    {Type::accept_forward,
     "broker -> initiator",
     "This device has accepted; here is how it is reached, unmodified.",
     {Type::forward_ack}},
    {Type::forward_ack,
     "initiator -> broker",
     "That accept has arrived; `device` is the acceptor."},
    {Type::invite_cancel,
     "initiator -> broker",
     "The call is given up; it may overtake its InviteRequest.",
     {Type::cancel_ack}},
    {Type::cancel_ack, "broker -> initiator", "The call is over."},
    {Type::invite_update,
     "initiator -> broker",
     "These devices are chosen, the others have been answered elsewhere.",
     {Type::update_ack}},
    {Type::update_ack, "broker -> initiator", "That generation, or a newer one, is known."},
    {Type::invite_ended,
     "broker -> initiator or device",
     "The invitation is over for you, and why.",
     {Type::ended_ack}},
    {Type::ended_ack,
     "initiator or device -> broker",
     "That reason is known: another one may have followed."},
    {Type::call_keep_alive,
     "participant -> broker",
     "This is where I am reached. Not answered, unless by a single InviteEnded (unknown) to who "
     "takes no part."},
};

constexpr MessageNote waking_notes[] = {
    {Type::pending_fetch,
     "device -> broker",
     "Which calls am I invited to and have not answered, behind this one?",
     {Type::pending_invitation, Type::pending_list}},
    {Type::pending_invitation,
     "broker -> device",
     "What an InvitePush would say now; sent before the PendingList that names it."},
    {Type::pending_list,
     "broker -> device",
     "These invitations were sent with this answer; there are more, or not."},
};

constexpr MessageNote session_notes[] = {
    {Type::session_keep,
     "device -> broker",
     "This session is alive, or over.",
     {Type::session_kept}},
    {Type::session_kept,
     "broker -> device",
     "So noted; or it is none that the broker knows anything of."},
    {Type::transfer,
     "device -> broker",
     "Offer my session to that other device of my profile; each try asks how far it is.",
     {Type::transfer_state}},
    {Type::transfer_offer,
     "broker -> target, as a push to each of its tokens",
     "Another device of your profile offers its session; here is how the peer is reached.",
     {Type::transfer_answer}},
    {Type::transfer_answer,
     "target -> broker",
     "It rings (`offered`), its user has accepted or declined.",
     {Type::transfer_state}},
    {Type::transfer_state,
     "broker -> either device of the profile",
     "How far the transfer is; once accepted, to the one that transfers with the target's data."},
    {Type::leg_offer,
     "peer -> peer, over the session",
     "The session is to go on with that other device of mine.",
     {Type::leg_answer}},
    {Type::leg_answer,
     "peer -> peer, over the session",
     "Whether a path to it is looked for, there is one, or none came about."},
};

constexpr MessageNote path_notes[] = {
    {Type::reflect_request,
     "client -> reflector",
     "Which address do I come from?",
     {Type::reflect_response}},
    {Type::reflect_response,
     "reflector -> client",
     "The source address of the question, as the reflector saw it."},
    {Type::reflect_probe,
     "client -> reflector",
     "The same question, to be answered from elsewhere or asked at the other port: how does the "
     "NAT "
     "behave?",
     {Type::reflect_response}},
    {Type::check, "peer -> peer", "Does this pair of addresses work?", {Type::check_response}},
    {Type::check_response,
     "peer -> peer, to where the check came from",
     "It does in this direction; `mapped` is where the check came from."},
    {Type::nominate,
     "initiator -> recipient; in a transfer target -> peer",
     "This path is the session's.",
     {Type::nominate_response}},
    {Type::nominate_response,
     "whoever is nominated -> whoever nominates, to where that came from",
     "So be it; with this the one who nominates is connected."},
    {Type::session_data,
     "peer -> peer",
     "The session is alive; the first one connects who was nominated. Who nominated repeats its "
     "first until the other's comes.",
     {Type::session_data}},
    {Type::session_close,
     "peer -> peer",
     "The session is over: hung up, moved, or never answered. Said three times."},
};

constexpr MessageNote candidate_notes[] = {
    {Type::candidate_update,
     "participant -> broker",
     "This is how I am reached from now on.",
     {Type::candidate_update_ack}},
    {Type::candidate_update_ack,
     "broker -> its author",
     "That generation, or a newer one, is known."},
    {Type::candidate_forward,
     "broker -> the other side",
     "The newest data of `author`, unmodified.",
     {Type::candidate_forward_ack}},
    {Type::candidate_forward_ack,
     "its addressee -> broker",
     "That generation of the author's has arrived."},
};

constexpr MessageNote relay_notes[] = {
    {Type::relay_request,
     "client -> broker",
     "May these two use a relay? Asked only where no direct path was found.",
     {Type::relay_offer}},
    {Type::relay_offer,
     "broker -> client",
     "These relays couple the two, with this secret; none where there is no relay."},
    {Type::relay_allocate,
     "client -> relay",
     "Begin, go on, or (lifetime zero) end.",
     {Type::relay_granted, Type::relay_refused}},
    {Type::relay_granted,
     "relay -> client",
     "In force for that long, from the address that the request came from."},
    {Type::relay_refused, "relay -> client", "Not so, and why; the nonce is for the next request."},
    {Type::relay_data,
     "client -> relay -> peer",
     "A datagram between peers, wrapped; the channel is that of the end which sends or gets it."},
};

constexpr MessageNote cluster_notes[] = {
    {Type::forwarded_request,
     "entry -> owner",
     "A client's datagram, for the node that serves what it is about.",
     {Type::forwarded_answer}},
    {Type::forwarded_answer,
     "owner -> entry",
     "Send this datagram to that client, who is reached from you."},
    {Type::membership_notice,
     "node -> node; the operator, within one",
     "This is the newest membership I know.",
     {Type::membership_ack}},
    {Type::membership_ack, "node -> node", "This epoch is in my journal."},
    {Type::handover_part,
     "old owner -> new owner",
     "A piece of what is handed over.",
     {Type::handover_ack}},
    {Type::handover_ack, "new owner -> old owner", "So many bytes of it are in my journal."},
};

constexpr MessageFamily families[] = {
    {"Registration", "Registration", "registration_messages.hpp", registration_notes},
    {"Invitation", "The broker, message by message", "invitation_messages.hpp", invitation_notes},
    {"Waking up", "Waking", "pending_messages.hpp", waking_notes},
    {"Sessions and their transfer", "Transfer", "transfer_messages.hpp", session_notes},
    {"Paths", "The client, call by call", "path_messages.hpp", path_notes},
    {"Newer connection data",
     "Renewing connection data",
     "candidate_messages.hpp",
     candidate_notes},
    {"Relays", "The relay", "relay_messages.hpp", relay_notes},
    {"Between brokers", "Cluster", "cluster_messages.hpp", cluster_notes},
};

constexpr std::size_t count_notes(MessageType type) {
    std::size_t count = 0;
    for (const MessageFamily& family : families) {
        for (const MessageNote& note : family.notes) {
            count += note.type == type ? 1 : 0;
        }
    }
    return count;
}

constexpr std::size_t count_all_notes() {
    std::size_t count = 0;
    for (const MessageFamily& family : families) {
        count += family.notes.size();
    }
    return count;
}

template <class... M>
constexpr bool have_one_note_each(std::type_identity<std::variant<M...>> /*messages*/) {
    return ((count_notes(M::type) == 1) && ...) && count_all_notes() == sizeof...(M);
}

static_assert(have_one_note_each(std::type_identity<Message>{}));

}  // namespace

std::span<const MessageFamily> message_families() {
    return families;
}

}  // namespace invitro::protocol
