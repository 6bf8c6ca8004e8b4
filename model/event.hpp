// The event stream: everything a world shows to those who watch it.
//
// All worlds, simulated, explored and live, emit these events, and a property sees nothing else.
// All but Remarked are *boundary* events, written by the driver, not by the machine under test.
// Payload views hold only during the observer's call; `digest` is XXH3-64 of the payload.
//
// A payload is what is on the wire, sealed where it is sealed. The driver knows every key of its
// world and puts beside it the message inside (`plain`, empty where there is no envelope or none
// that anybody could open). message_in() is what an observer reads a message from.
#pragma once

#include "model/disk/disk.hpp"
#include "model/fault/fault.hpp"
#include "model/nat/nat_box.hpp"
#include "model/node_id.hpp"
#include "model/post/post_service.hpp"
#include "model/push/push_service.hpp"
#include "protocol/application.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace invitro::model {

// Number of an event in its world, from 1; 0 means "none" (the world's own start).
using Sequence = std::uint64_t;

struct EventHeader {
    Instant at{};
    Sequence sequence = 0;
    Sequence cause = 0;     // the event that led to this one
    NodeId node;            // where it happened
    protocol::CallId call;  // where the bytes or the notification name one
};

// ---- network ------------------------------------------------------------------------------------

// A node handed a datagram to its network. `on_stream`: a message in a stream instead, out of its
// frame; the addresses are those of the stream's ends, as the respective other one sees them.
struct DatagramSent {
    Address source;
    Address destination;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
    protocol::ByteView plain{};
    bool on_stream = false;
};

// A datagram reached the node; `source` as it sees it. The cause is the DatagramSent.
struct DatagramDelivered {
    Address source;
    Address destination;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
    protocol::ByteView plain{};
    bool on_stream = false;
};

enum class DropReason : std::uint8_t {
    loss = 0,        // the link's own loss
    fault = 1,       // a loss fault or a partition of the schedule
    offline = 2,     // an end was offline
    unroutable = 3,  // nobody has this address
    nat_blocked = 4,
    nat_no_mapping = 5,
    nat_filtered = 6,
    nat_no_port = 7,
    nat_no_hairpin = 8,
    node_down = 9,  // it reached a node whose program was not running
};

inline constexpr std::size_t drop_reason_count = 10;

std::string_view to_string(DropReason reason);

// A datagram will not arrive. `node` is its sender, the cause the DatagramSent.
struct DatagramDropped {
    DropReason reason = DropReason::loss;
    Address source;
    Address destination;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
    protocol::ByteView plain{};
};

// ---- streams ------------------------------------------------------------------------------------

// A segment of the stream that the node has opened was lost, to it or from it. It is sent again
// after this, and all behind it waits as long. The cause is what was to be sent.
struct SegmentLost {
    Duration wait{};
};

// The stream that the node has opened has ended (a crash, a cut, too many losses), and somebody
// notices; the node itself may not have been told so yet. Once for each stream.
struct StreamBroken {};

// ---- push ---------------------------------------------------------------------------------------

// The broker handed a notification to the push service.
struct PushSubmitted {
    protocol::PushProvider provider = protocol::PushProvider::apns;
    std::uint32_t device = 0;  // whom the token locates (device number)
    protocol::PushOutcome outcome = protocol::PushOutcome::accepted;
    protocol::ByteView token;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
    protocol::ByteView plain{};
};

// The notification reached the device (`node`).
struct PushDelivered {
    protocol::ByteView payload;
    std::uint64_t digest = 0;
    protocol::ByteView plain{};
};

// The notification waits for the device (`node`) to come online.
struct PushStored {};

// The notification will not arrive at the device (`node`).
struct PushDropped {
    PushLoss reason = PushLoss::lost;
};

// The bytes of the message in a datagram or a push, without its envelope.
template <class Traffic>
protocol::ByteView message_in(const Traffic& event) {
    return event.plain.empty() ? event.payload : event.plain;
}

// ---- SMS and mail -------------------------------------------------------------------------------

// A device handed an SMS to the mobile network, or the broker a mail to its relay. `address`: whose
// number it is from, whose mailbox it is for.
struct PostSubmitted {
    PostKind kind = PostKind::sms;
    protocol::EndpointIdentifier address;
    std::uint32_t parts = 1;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
};

// It reached the broker through the gateway, or the mailbox (then `node` is none).
struct PostDelivered {
    PostKind kind = PostKind::sms;
    protocol::EndpointIdentifier address;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
};

// It will not arrive.
struct PostLost {
    PostKind kind = PostKind::sms;
};

// ---- the application's boundary -----------------------------------------------------------------

template <class Command>
struct CommandGiven {
    Command command;
};

template <class Notification>
struct Notified {
    Notification notification;
};

// What a machine says of itself; never a verdict's ground.
template <class Remark>
struct Remarked {
    Remark remark;
};

// ---- the node and its surroundings --------------------------------------------------------------

// A node begins, the first time or again after a crash (`incarnation` counts from 1).
struct NodeStarted {
    std::uint32_t incarnation = 1;
};

struct DeadlineServed {};

// The node's program is gone, and with it all that it had not persisted.
struct NodeCrashed {
    std::uint64_t bytes_lost = 0;  // of those that were on their way to its disk
    bool is_reinstalled = false;   // all that it had stored is lost too
};

// The node should have started again, but found its storage damaged and stays down.
struct StorageRefused {};

// A fault has damaged bytes that were durable; `none` where there were none.
struct StorageDamaged {
    Disk::Damage damage = Disk::Damage::none;
};

// The node asked for bytes to be made durable, up to record `number`. In a world in which nobody
// ever reads them a snapshot's are not there.
struct BytesWritten {
    std::uint64_t number = 0;
    bool starts_segment = false;
    protocol::ByteView payload;
    std::uint64_t digest = 0;
};

// Everything up to record `number` is durable at the node. The cause is the BytesWritten.
struct BytesPersisted {
    std::uint64_t number = 0;
};

// The operator told this node of a membership of its cluster: one broker more, or one less.
struct MembershipOrdered {
    std::uint64_t epoch = 0;
    std::uint32_t broker = 0;
    bool joins = true;
};

struct FaultStarted {
    Fault fault;
};

struct FaultEnded {
    Fault fault;
};

// The device has a network (again) or none.
struct ConnectivityChanged {
    bool online = true;
};

// The world is over. `quiescent`: nothing was left to happen.
struct WorldEnded {
    bool quiescent = true;
};

// How much a broker holds, as its owner sees it; now and then while it is under attack.
struct StateMeasured {
    std::uint64_t calls = 0;           // in hand
    std::uint64_t tokens_of_call = 0;  // of the one with the most
    std::uint64_t bindings = 0;
    std::uint64_t subjects = 0;  // callers and sources whose rate is remembered
    std::uint64_t waiting = 0;   // inputs, for its disk
};

template <class Service>
using BasicEventBody = std::variant<DatagramSent,
                                    DatagramDelivered,
                                    DatagramDropped,
                                    PushSubmitted,
                                    PushDelivered,
                                    PushStored,
                                    PushDropped,
                                    CommandGiven<typename Service::Command>,
                                    Notified<typename Service::Notification>,
                                    Remarked<typename Service::Remark>,
                                    NodeStarted,
                                    DeadlineServed,
                                    FaultStarted,
                                    FaultEnded,
                                    ConnectivityChanged,
                                    WorldEnded,
                                    NodeCrashed,
                                    StorageRefused,
                                    StorageDamaged,
                                    BytesWritten,
                                    BytesPersisted,
                                    SegmentLost,
                                    StreamBroken,
                                    StateMeasured,
                                    PostSubmitted,
                                    PostDelivered,
                                    PostLost,
                                    MembershipOrdered>;

template <class Service>
struct BasicEvent {
    EventHeader header;
    BasicEventBody<Service> body;
};

using Event = BasicEvent<protocol::InvitationService>;
using EventBody = BasicEventBody<protocol::InvitationService>;

// The name of an event's kind, as reports and traces print it: "DatagramSent", ...
std::string_view kind_name(const EventBody& body);

}  // namespace invitro::model
