// Facts: what boundary events have shown of a world, in a form that properties can judge.
//
// Every fact is copied from what crossed a boundary (commands, notifications, datagrams, pushes),
// never from what a machine says of itself. Facts are regular values and decide nothing: the
// judging is done in catalogue/, mostly once a call is over.
#pragma once

#include "model/event.hpp"
#include "protocol/timing.hpp"
#include "protocol/wire/messages.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace invitro::properties {

using model::Sequence;
using protocol::CallId;
using protocol::ConnectionData;
using protocol::DeviceId;
using protocol::Duration;
using protocol::EndReason;
using protocol::Instant;

// A device number that is no device's.
inline constexpr std::uint32_t nobody = 0xFFFFFFFF;

// When something happened for the first time; `never` as long as it has not.
struct Moment {
    Instant at = protocol::never;
    Sequence sequence = 0;

    bool operator==(const Moment&) const = default;

    [[nodiscard]] bool happened() const { return sequence != 0; }

    // It happened, and earlier in the stream than the other (or the other never did).
    [[nodiscard]] bool is_before(const Moment& other) const {
        return happened() && (!other.happened() || sequence < other.sequence);
    }

    void first(const model::EventHeader& header) {
        if (!happened()) last(header);
    }

    void last(const model::EventHeader& header) {
        *this = {.at = header.at, .sequence = header.sequence};
    }
};

// The earlier of two; one that never happened is later than any that did.
inline const Moment& earliest(const Moment& a, const Moment& b) {
    return a.is_before(b) || !b.happened() ? a : b;
}

// The later of two; one that never happened is later than any that did.
inline const Moment& latest(const Moment& a, const Moment& b) {
    return a.is_before(b) || !b.happened() ? b : a;
}

// What a lost datagram or push was part of (docs/PROTOCOL.md, "Exchanges"). What is sent *to* a
// participant also needs what keeps its NAT mapping open: `keep_alive`, and before that `request`
// at the initiator, `ringing` at a recipient.
enum class Exchange : std::uint8_t {
    registration = 0,
    request = 1,
    push = 2,
    ringing = 3,
    accept = 4,
    decline = 5,
    forward = 6,
    cancel = 7,
    update = 8,
    ended = 9,
    keep_alive = 10,
    path = 11,
    none = 12,
    relay = 13,  // asking the broker for relays, and relays for allocations
    candidates = 14,
    waking = 15,
    transfer = 16,
};

// A set of exchanges.
using ExchangeSet = std::uint32_t;

constexpr ExchangeSet set_of(Exchange one) {
    return static_cast<ExchangeSet>(1U << static_cast<unsigned>(one));
}

template <class... More>
constexpr ExchangeSet set_of(Exchange one, More... more) {
    return static_cast<ExchangeSet>(set_of(one) | set_of(more...));
}

Exchange exchange_of(protocol::MessageType type);

// A try of an exchange that failed because the network lost it. What a NAT box refused is not
// listed: finding a way through is the service's own business.
struct FailedTry {
    Instant at{};
    std::uint32_t device = nobody;  // the participant concerned; nobody: any of them
    Exchange exchange = Exchange::none;

    bool operator==(const FailedTry&) const = default;
};

// The network lost something of a device's stream, or the stream itself.
struct StreamLoss {
    Instant at{};
    Duration felt{};  // for how long whatever goes on the stream waits

    bool operator==(const StreamLoss&) const = default;
};

// One end's view of a session with the other end.
struct SessionFacts {
    Moment connected;
    Moment disconnected;
    protocol::SessionEnd reason = protocol::SessionEnd::no_path;
    Moment connected_after_end;  // against "terminal states absorb"

    bool operator==(const SessionFacts&) const = default;

    [[nodiscard]] bool is_open() const { return connected.happened() && !disconnected.happened(); }
};

// What one end did to go through a relay to the other end.
struct RelayFacts {
    Moment asked;      // the first RelayRequest sent
    Moment allocated;  // the last RelayAllocate sent that begins or keeps an allocation
    Moment got;        // the first RelayData delivered here that the other end had sent

    bool operator==(const RelayFacts&) const = default;
};

// How a copy of connection data compares with the original it must equal.
struct CopyFacts {
    Moment seen;      // the first copy
    Moment differed;  // the first copy that is none of the originals
    Moment foreign;   // the first copy with a host candidate that its device never had

    bool operator==(const CopyFacts&) const = default;
};

// Connection data of one author, as one application has come to know it.
struct RenewalFacts {
    CopyFacts copy;                // what was told after the first
    std::uint32_t generation = 0;  // the newest told
    Moment known_at;               // when that was
    Moment not_newer;              // told again, or older data

    bool operator==(const RenewalFacts&) const = default;
};

// ... and the newest renewal of it that the broker got.
struct RenewalAtBroker {
    std::uint32_t generation = 0;
    Moment taken;

    bool operator==(const RenewalAtBroker&) const = default;
};

// A device's question to a reflector (all its tries), and the answer.
struct ReflectionFacts {
    protocol::TransactionId transaction;
    Instant asked{};
    bool is_answered = false;

    bool operator==(const ReflectionFacts&) const = default;
};

// What one device other than the initiator did and heard in one call.
struct ParticipantFacts {
    std::uint32_t device = nobody;
    // Its program was killed after it had rung or given way. What a later incarnation hears is not
    // told here.
    Moment killed;

    // Being invited.
    std::vector<Moment> invite_pushes;     // submitted
    std::vector<Moment> dismissal_pushes;  // submitted
    CopyFacts pushed;                      // the initiator's connection data in them
    Moment push_delivered;                 // the first InvitePush
    Instant push_delivered_last{};
    std::uint32_t pushed_generation = 0;  // the newest of the initiator's data in those delivered
    Moment heard;                         // the first message of its own at the broker

    // Ringing.
    Moment ringing;
    Moment rang_again;           // in the same incarnation
    Moment rang_beside;          // another call rang here at the same time
    CopyFacts ringing_data;      // the initiator's connection data, as it reached the application
    Moment ringing_other_names;  // the ring showed another caller or callee than the request
    Moment dismissed;            // the first InviteEnded or InviteDismiss delivered here
    Moment ringing_stopped;
    EndReason stop_reason = EndReason::unknown;

    // Answering.
    Moment accept_command;   // only one given while it rang, or a call of its own that crosses
    Moment consent;          // the first of them, given to whichever incarnation
    Moment crossed;          // the application was told that the device's own call gives way
    Moment crossed_unasked;  // ... to which it has no right: see History::told(CallsCrossed)
    Moment decline_command;
    Moment hang_up_command;
    std::vector<ConnectionData> accepts;  // as the device sent them, each once
    bool is_reflected = false;            // by then the reflectors had answered all it had asked
    Moment accept_at_broker;
    Moment decline_at_broker;
    Moment confirmed;
    Moment accept_durable;   // the broker's record of it
    Moment accept_acked;     // AcceptAck sent
    Moment acked_too_early;  // ... before the record was durable
    Moment rejected;
    EndReason reject_reason = EndReason::unknown;

    // Connection data renewed.
    RenewalFacts initiator_data;     // at this device
    RenewalFacts own_data_there;     // at the initiator
    RenewalAtBroker accept_renewed;  // its own

    // Its accept on the way to the initiator.
    CopyFacts forwarded;
    Moment forwarded_unaccepted;  // an AcceptForward before any InviteAccept of it had come in
    Moment forwarded_astray;      // an AcceptForward to where the initiator was never heard from
    CopyFacts arrived;            // AcceptArrived at the initiator's application
    bool has_arrived = false;     // in this incarnation of the initiator's application
    Moment arrived_again;         // in the same one

    // The session.
    Moment choose_command;
    Moment nominated;        // the first Nominate delivered to it
    bool is_chosen = false;  // by the newest InviteUpdate
    SessionFacts here;
    SessionFacts at_initiator;

    // The way through a relay, at either end.
    RelayFacts relay_here;
    RelayFacts relay_at_initiator;

    // Against the rules as such.
    Moment revealed;  // the first datagram that shows somebody an address of its making
    protocol::MessageType revealed_by = protocol::MessageType::check;
    Moment after_end;  // the first notification after a terminal one

    bool operator==(const ParticipantFacts&) const = default;

    [[nodiscard]] bool was_invited() const { return !invite_pushes.empty(); }

    [[nodiscard]] bool answered_itself() const {
        return accept_command.happened() || decline_command.happened();
    }
};

// Something that ended a call, or chose for it: it decides once its record is durable.
struct Decided {
    Instant came{};
    Instant durable{};
};

// One call: what its initiator did and heard, and what came to the broker in which order.
struct CallFacts {
    CallId id;
    std::uint32_t initiator = nobody;
    protocol::EndpointIdentifier callee;
    protocol::EndpointIdentifier caller;
    protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
    Duration lifetime{};  // as granted: what was asked for, but at most the maximum
    bool admits_late_joiners = true;
    std::uint32_t crossed_by = nobody;   // who makes the call that crosses this one
    std::vector<ConnectionData> offers;  // the initiator's own, as it sent them
    CopyFacts offered;                   // compared with the addresses the initiator has
    bool is_reflected = false;           // by then the reflectors had answered all it had asked

    // At the initiator.
    Moment initiator_killed;  // its program, once or more
    Moment initiator_lost;    // ... and all it had stored: it knows of the call no more
    Moment started;
    Moment requested;
    Moment progress;
    Moment failed;
    Moment ended;
    EndReason end_reason = EndReason::unknown;
    Moment after_end;
    Moment cancel_command;
    Moment hang_up_command;
    Moment gave_way;  // to a call that crosses it
    Moment updated;   // the first InviteUpdate sent
    Moment nominate_sent;
    Moment stranger_arrived;  // an AcceptArrived that names no known device

    // At the broker.
    std::vector<protocol::Address> initiator_addresses;  // from where it was heard
    Moment taken;                                        // the first InviteProgress sent
    Instant opened = protocol::never;                    // when the request taken in hand came
    Moment request_durable;                              // the broker's record of it
    Moment taken_too_early;                              // ... before that
    std::vector<Decided> decided;                        // ends and choices in its journal
    Moment cancel_at_broker;
    Moment choice_at_broker;
    Moment declined_over;   // a decline everywhere, or the last of the declines here
    Moment over_certainly;  // from here on an accept comes too late
    Moment over_possibly;   // from here on it may be refused
    Moment declined_out;    // nobody is left and nobody has accepted
    RenewalAtBroker offer_renewed;
    std::vector<std::uint32_t> pushers;  // the brokers that pushed, each time another one
    Moment pushed_by_another;            // the last time
    Moment stranger_forwarded;           // an AcceptForward that names no known device
    Moment refused;                      // the first InviteFailed sent
    Moment refusal_heard;                // by the initiator's client, which asks again later
    Moment refused_after_taken;
    Moment forged;           // the first answer that an attacker forged, delivered
    Moment forger_answered;  // the first message about this call to an attacker, who passed on none
    Moment passed_on;        // the first message of a device that an attacker brought to the broker
    Moment ended_sent;       // the first InviteEnded to the initiator
    EndReason ended_sent_reason = EndReason::unknown;
    std::size_t progress_size = 0;  // of the first InviteProgress
    Moment answered;                // the first accept or decline of anybody at the broker

    // At relays.
    Moment coupled_astray;  // RelayData delivered from, or to, anybody but the ends of an accept
    std::uint32_t astray = nobody;  // who got it
    Moment granted_too_long;        // an allocation for longer than any may last

    std::vector<ParticipantFacts> participants;
    std::vector<FailedTry> failed_tries;
    std::uint32_t path_messages = 0;  // datagrams between the peers
    Moment path_first;
    Moment path_last;
    std::uint32_t messages = 0;          // datagrams to and from the broker, and pushes
    Moment last_message;                 // the last of those datagrams
    std::uint32_t last_sender = nobody;  // of it; nobody: the broker

    bool operator==(const CallFacts&) const = default;

    [[nodiscard]] Instant lifetime_end() const { return after_taken(lifetime); }

    [[nodiscard]] Instant grace_end() const {
        return after_taken(lifetime + protocol::timing::grace);
    }

    // Nobody is nominated, and its initiator still wants it.
    [[nodiscard]] bool awaits_answer() const {
        return !ended.happened() && !failed.happened() && !cancel_command.happened() &&
               !hang_up_command.happened() && !nominate_sent.happened() &&
               !initiator_killed.happened();
    }

    [[nodiscard]] const ParticipantFacts* find(std::uint32_t device) const;
    [[nodiscard]] ParticipantFacts* find(std::uint32_t device);

private:
    [[nodiscard]] Instant after_taken(Duration span) const {
        // Durable or acknowledged: a crash may lie between the two.
        const Instant begun = std::min(opened, taken.at);
        return begun == protocol::never ? begun : begun + span;
    }
};

// One identifier of a device's.
struct IdentifierFacts {
    protocol::EndpointIdentifier identifier;
    Moment
        challenged{};  // a challenge for it reached the device by push, or was opened from a mail
    Moment durable{};  // the broker's record of a registration for it
    Moment acknowledged{};  // RegisterAck sent by the broker that has it in force

    bool operator==(const IdentifierFacts&) const = default;
};

// What passed between a device and the broker about where it is to be reached.
struct RegistrationFacts {
    std::vector<protocol::RegisterDevice> heard;  // by the broker: the newest of each part
    std::vector<IdentifierFacts> identifiers;
    Moment validated;  // the device learned that one of them is proven

    // The newest token acknowledged.
    protocol::PushToken token;
    std::uint32_t token_incarnation = 0;
    Moment token_acknowledged;
    Moment token_gone;          // its push service said so
    Moment token_pushed;        // an invitation
    Moment other_token_pushed;  // an invitation, to an older token after that

    // The end: its user's, the broker's answer, and what must not come after them. Registering anew
    // begins anew.
    Moment unregister_command;
    std::uint32_t end_incarnation = 0;
    Moment unregistered;
    Moment last_unregistered;
    Moment pushed_after_end;
    Moment rang_after_end;

    bool operator==(const RegistrationFacts&) const = default;

    [[nodiscard]] const IdentifierFacts* find(const protocol::EndpointIdentifier& one) const;
    IdentifierFacts& of(const protocol::EndpointIdentifier& one);
};

// Two calls that cross: each is made by a device that the other one invites, and both were wanted
// when the later one was asked for.
struct CrossingFacts {
    CallId smaller;
    CallId larger;
    std::uint32_t smaller_initiator = nobody;
    std::uint32_t larger_initiator = nobody;
    Moment began;  // both were taken in hand
    Moment smaller_taken;
    Moment larger_taken;
    Instant grace_end = protocol::never;  // of the smaller one
    std::vector<FailedTry> failed_tries;  // of the smaller one
    int pushes_lost = 0;                  // of the smaller one to the larger one's device, in a row
    Moment pushed;                        // one has come through
    Moment accepted;  // the smaller one, by the larger one's device, at the broker
    Moment settled;   // one of them was over, or somebody was nominated in it
    Moment rang;      // one of the two devices rang for the other's call
    std::uint32_t rang_at = nobody;
    Moment connected_in_smaller;  // these two devices
    Moment connected_in_larger;

    bool operator==(const CrossingFacts&) const = default;
};

// A session on its way from one device to another.
struct LegFacts {
    CallId leg;
    CallId session;
    std::uint32_t from = nobody;
    std::uint32_t target = nobody;
    std::uint32_t peer = nobody;
    Moment command;  // of the user of `from`
    Moment offered;  // the first push to the target
    Moment ringing;
    Moment accept_command;
    Moment offer_at_peer;
    Moment connected_at_target;
    Moment connected_at_peer;
    Moment ended_at_target;  // the leg, or its ringing
    Moment ended_at_peer;
    Moment failed;  // as `from` was told
    Moment old_ended_at_from;
    Moment old_ended_at_peer;
    Moment disturbed;  // the program of one of the three was killed meanwhile
    Moment old_moved;  // the first end of the old session that was put down to the transfer

    bool operator==(const LegFacts&) const = default;
};

// What is known of a device apart from any call.
struct DeviceFacts {
    DeviceId id;
    RegistrationFacts registration;
    Moment register_command;
    Moment registered;  // RegisterAck sent by the broker, or loaded from the start
    Moment registered_notified;
    std::uint32_t durable_incarnation = 0;  // the newest that is durable at the broker
    Moment acked_too_early;                 // a RegisterAck of a newer one
    Moment consent;                         // the first CallCommand, or AcceptCommand while ringing
    Moment reflected;                       // the first ReflectRequest sent
    std::vector<ReflectionFacts> reflections;
    std::vector<protocol::Address> addresses;  // all it ever had
    std::vector<FailedTry> failed_tries;       // of registration, waking, transfer
    std::vector<StreamLoss> stream_losses;
    std::vector<Moment> wakes;  // WokeUp given
    Moment fetch_passed_on;     // the first PendingFetch of its own that an attacker brought
    std::vector<CallId> rings;  // the calls that ring here just now

    bool operator==(const DeviceFacts&) const = default;
};

}  // namespace invitro::properties
