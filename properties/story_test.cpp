#include "properties/story_test.hpp"

#include "protocol/security/envelope.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/hostile.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace invitro::properties {
namespace {

using model::NodeId;
using model::NodeKind;
using protocol::Message;
using namespace std::chrono_literals;

NodeId device_node(std::uint32_t number) {
    return {.kind = NodeKind::device, .number = number};
}

constexpr NodeId broker_node{.kind = NodeKind::broker, .number = 0};

protocol::KeyPair keys_of(std::uint32_t device) {
    protocol::RandomValue secret;
    secret.octets.fill(static_cast<std::uint8_t>(device + 1));
    return protocol::key_pair_of(protocol::SealSuite::charged, secret);
}

protocol::EndpointIdentifier identifier(std::string_view text) {
    return *protocol::EndpointIdentifier::parse(text);
}

}  // namespace

Story::Story(std::uint32_t recipients) {
    world.registration = scenarios::RegistrationStart::preloaded;
    world.security = scenarios::Security::charged;
    world.duration = 240s;
    for (std::uint32_t profile = 0; profile < 2; ++profile) {
        world.profiles.push_back(
            {.number = profile, .identifiers = {identifier(fmt::format("+4930{}", profile))}});
    }
    for (std::uint32_t number = 0; number <= recipients; ++number) {
        world.networks.push_back({.number = number, .site = {}, .access = {}, .nat = {}});
        world.devices.push_back({.number = number,
                                 .profile = number == 0 ? 0U : 1U,
                                 .network = number,
                                 .reaction = {}});
    }
    world.calls.push_back({.number = 0, .at = 5s, .initiator = 0, .callee = identifier("+49301")});
    now_ = Instant{5s};
}

protocol::Address Story::address(std::uint32_t device) {
    return {.ip = protocol::ipv4(0x0A000001U + device), .port = 5000};
}

ConnectionData Story::data(std::uint32_t device) {
    ConnectionData data;
    data.generation = 1;
    data.key[0] = static_cast<std::uint8_t>(device + 1);
    data.candidates.push_back(
        {.kind = protocol::CandidateKind::host, .address = address(device), .priority = 100});
    return data;
}

protocol::InvitePush Story::invitation(std::uint32_t device) {
    return {.call = call,
            .device = id(device),
            .ticket = {},
            .callee = identifier("+49301"),
            .caller = identifier("+49300"),
            .connection = data(0),
            .age = {},
            .lifetime = 60s};
}

protocol::InviteDismiss Story::dismissal(std::uint32_t device, EndReason reason) {
    return {.call = call, .device = id(device), .reason = reason};
}

protocol::Ringing Story::ringing() {
    return {.call = call,
            .caller = identifier("+49300"),
            .callee = identifier("+49301"),
            .connection = data(0)};
}

protocol::Connected Story::connected(std::uint32_t peer) {
    return {.call = call, .peer = id(peer), .local_kind = {}, .remote = {}};
}

// ---- single events ------------------------------------------------------------------------------

model::EventHeader Story::header(NodeId node, CallId about) {
    now_ += 10ms;
    return {.at = now_, .sequence = events_.size() + 1, .cause = 0, .node = node, .call = about};
}

std::vector<std::uint8_t> Story::encoded(const Message& message) {
    std::vector<std::uint8_t> bytes(protocol::push_size_max);
    bytes.resize(protocol::encode(message, bytes));
    return bytes;
}

protocol::ByteView Story::store(const Message& message) {
    return payloads_.emplace_back(encoded(message));
}

void Story::add(NodeId node, CallId about, model::EventBody body) {
    events_.push_back({.header = header(node, about), .body = std::move(body)});
}

Story& Story::wait(Duration span) {
    now_ += span;
    return *this;
}

Story& Story::command(std::uint32_t device, const protocol::Command& command) {
    add(device_node(device), call, model::CommandGiven<protocol::Command>{command});
    return *this;
}

Story& Story::tell(std::uint32_t device, const protocol::Notification& notification) {
    add(device_node(device), call, model::Notified<protocol::Notification>{notification});
    return *this;
}

Story& Story::device_sends(std::uint32_t device, const Message& message) {
    add(device_node(device), call_of(message), model::DatagramSent{{}, {}, store(message)});
    return *this;
}

Story& Story::broker_sends(const Message& message, const protocol::Address& to) {
    add(broker_node, call_of(message), model::DatagramSent{{}, to, store(message)});
    return *this;
}

Story& Story::device_gets(std::uint32_t device, const Message& message) {
    const protocol::ByteView payload = store(message);
    add(device_node(device),
        protocol::peek_call(payload),
        model::DatagramDelivered{{}, {}, payload});
    return *this;
}

Story& Story::relay_sends(const Message& message) {
    const NodeId relay{.kind = NodeKind::relay, .number = 0};
    add(relay, call_of(message), model::DatagramSent{{}, {}, store(message)});
    return *this;
}

Story& Story::broker_only_gets(const Message& message, const protocol::Address& from) {
    add(broker_node, call_of(message), model::DatagramDelivered{from, {}, store(message)});
    return *this;
}

Story& Story::forged_at_broker(const Message& message) {
    return broker_only_gets(message, sim::attacker_address(0));
}

Story& Story::broker_answers_attacker(const Message& message) {
    return broker_sends(message, sim::attacker_address(0));
}

Story& Story::broker_gets(const Message& message, const protocol::Address& from) {
    broker_only_gets(message, from);
    const bool decides = std::holds_alternative<protocol::RegisterDevice>(message) ||
                         std::holds_alternative<protocol::InviteRequest>(message) ||
                         std::holds_alternative<protocol::InviteAccept>(message) ||
                         std::holds_alternative<protocol::ForwardedRequest>(message);
    // What is counted from its record in a cluster.
    const bool ends = std::holds_alternative<protocol::InviteUpdate>(message) ||
                      std::holds_alternative<protocol::InviteCancel>(message) ||
                      std::holds_alternative<protocol::InviteDecline>(message);
    const bool is_written = decides || (ends && world.brokers.size() > 1);
    return is_written ? writes(payloads_.back()).is_durable() : *this;
}

Story& Story::writes(protocol::ByteView bytes, bool starts_segment) {
    now_ -= 10ms;
    const protocol::ByteView kept = payloads_.emplace_back(bytes.begin(), bytes.end());
    add(broker_node,
        {},
        model::BytesWritten{
            .number = ++records_, .starts_segment = starts_segment, .payload = kept});
    events_.back().header.cause = events_.size() - 1;
    return *this;
}

Story& Story::is_durable() {
    now_ -= 10ms;
    add(broker_node, {}, model::BytesPersisted{records_});
    return *this;
}

Story& Story::starts() {
    add(broker_node, {}, model::NodeStarted{incarnation_});
    return *this;
}

Story& Story::crashes(std::uint64_t bytes_lost) {
    const Instant start = now_ + 10ms;
    world.faults.push_back({.number = static_cast<std::uint32_t>(world.faults.size()),
                            .kind = model::FaultKind::broker_crash,
                            .start = start,
                            .end = start + 10ms,
                            .target = broker_node});
    add(broker_node, {}, model::NodeCrashed{bytes_lost});
    return *this;
}

Story& Story::restarts() {
    add(broker_node, {}, model::NodeStarted{++incarnation_});
    return *this;
}

Story& Story::is_damaged() {
    add(broker_node, {}, model::StorageDamaged{model::Disk::Damage::flipped_bit});
    return *this;
}

Story& Story::refuses() {
    add(broker_node, {}, model::StorageRefused{});
    return *this;
}

Story& Story::to_broker(std::uint32_t device, const Message& message) {
    return device_sends(device, message).broker_gets(message);
}

Story& Story::to_device(std::uint32_t device, const Message& message) {
    return broker_sends(message).device_gets(device, message);
}

Story& Story::lost(std::uint32_t device, const Message& message) {
    device_sends(device, message);
    add(device_node(device),
        call_of(message),
        model::DatagramDropped{model::DropReason::loss, {}, {}, store(message)});
    return *this;
}

Story& Story::push(std::uint32_t device, const Message& message) {
    return push_from(broker_node.number, device, message);
}

Story& Story::push_through(std::uint32_t device,
                           const protocol::PushToken& token,
                           const Message& message) {
    model::PushSubmitted submitted;
    submitted.device = device;
    submitted.token = payloads_.emplace_back(token.value.begin(), token.value.end());
    submitted.payload = store(message);
    add(broker_node, call, submitted);
    return *this;
}

Story& Story::broker_sends_padded(const Message& message) {
    store(message);
    std::vector<std::uint8_t>& bytes = payloads_.back();
    ++bytes[3];  // the size of the map behind [version, type
    bytes.insert(bytes.end(), {0x17, 0x00});
    add(broker_node, call_of(message), model::DatagramSent{{}, {}, bytes});
    return *this;
}

Story& Story::push_arrives(std::uint32_t device, const Message& message) {
    add(device_node(device), call, model::PushDelivered{store(message)});
    return *this;
}

// ---- sealed -------------------------------------------------------------------------------------

protocol::DeviceId Story::sealed_id(std::uint32_t device) {
    return protocol::device_id_of(keys_of(device).public_key);
}

protocol::ByteView Story::envelope(std::uint32_t device,
                                   const Message& message,
                                   std::uint64_t number) {
    const protocol::ByteView plain = store(message);
    const protocol::EnvelopeHeader header{.kind = protocol::SealKind::to_broker,
                                          .key = keys_of(device).public_key,
                                          .device = {},
                                          .from_node = 0,
                                          .to_node = 0,
                                          .nonce = {.stream = 1, .fresh = 1, .number = number}};
    std::vector<std::uint8_t> bytes(plain.size() + protocol::seal_overhead(header.kind));
    const std::size_t size = protocol::write_envelope_header(header, bytes);
    std::copy(plain.begin(), plain.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    protocol::seal_in_place(world.security, keys_of(device).secret, size, bytes);
    return payloads_.emplace_back(std::move(bytes));
}

Story& Story::device_sends_sealed(std::uint32_t device,
                                  const Message& message,
                                  std::uint64_t number) {
    model::DatagramSent sent;
    sent.payload = envelope(device, message, number);
    sent.plain = store(message);
    add(device_node(device), call_of(message), sent);
    return *this;
}

Story& Story::broker_gets_sealed(std::uint32_t device,
                                 const Message& message,
                                 std::uint64_t number,
                                 const protocol::Address& from) {
    model::DatagramDelivered delivered;
    delivered.source = from;
    delivered.payload = envelope(device, message, number);
    delivered.plain = store(message);
    add(broker_node, call_of(message), delivered);
    return *this;
}

Story& Story::broker_reacts(const Message& message) {
    const model::Sequence cause = events_.back().header.sequence;
    broker_sends(message);
    events_.back().header.cause = cause;
    return *this;
}

// ---- what goes together -------------------------------------------------------------------------

Story& Story::reflects(std::uint32_t device) {
    for (std::uint64_t question = 1; question <= world.reflector_sites.size(); ++question) {
        const protocol::TransactionId transaction{.high = device + 1U, .low = question};
        device_sends(device, protocol::ReflectRequest{.transaction = transaction});
        device_gets(device,
                    protocol::ReflectResponse{.transaction = transaction, .mapped = address(9)});
    }
    return *this;
}

Story& Story::asks(protocol::AnswerPolicy policy, bool gathers) {
    for (const scenarios::Device& device : world.devices) {
        protocol::NetworkChanged changed;
        changed.addresses.push_back(address(device.number));
        command(device.number, changed);
    }
    const auto callee = identifier("+49301");
    const auto caller = identifier("+49300");
    command(0, protocol::CallCommand{.callee = callee, .caller = caller, .policy = policy});
    tell(0, protocol::CallStarted{.call = call, .callee = callee});
    if (gathers) reflects(0);
    return to_broker(0,
                     protocol::InviteRequest{.call = call,
                                             .initiator = id(0),
                                             .callee = callee,
                                             .caller = caller,
                                             .connection = data(0),
                                             .policy = policy,
                                             .lifetime = 60s});
}

Story& Story::calls(protocol::AnswerPolicy policy, bool gathers) {
    asks(policy, gathers).to_device(0, protocol::InviteProgress{.call = call});
    return tell(0, protocol::CallProgress{.call = call});
}

Story& Story::rings(std::uint32_t device) {
    push(device, invitation(device)).push_arrives(device, invitation(device));
    tell(device, ringing());
    to_broker(device, protocol::InviteRinging{.call = call, .device = id(device), .ticket = {}});
    return to_device(device, protocol::RingingAck{.call = call, .device = id(device)});
}

Story& Story::rings_all() {
    for (const scenarios::Device& device : world.devices) {
        if (device.number != 0) rings(device.number);
    }
    return *this;
}

Story& Story::accepts(std::uint32_t device, bool gathers) {
    command(device, protocol::AcceptCommand{.call = call});
    if (gathers) reflects(device);
    return to_broker(
        device,
        protocol::InviteAccept{
            .call = call, .device = id(device), .ticket = {}, .connection = data(device)});
}

Story& Story::confirmed(std::uint32_t device) {
    to_device(device, protocol::AcceptAck{.call = call, .device = id(device)});
    return tell(device, protocol::AcceptConfirmed{.call = call});
}

Story& Story::arrives(std::uint32_t device) {
    to_device(
        0, protocol::AcceptForward{.call = call, .device = id(device), .connection = data(device)});
    tell(0,
         protocol::AcceptArrived{.call = call, .device = id(device), .connection = data(device)});
    return to_broker(0, protocol::ForwardAck{.call = call, .device = id(device)});
}

Story& Story::delivered(std::uint32_t device) {
    return accepts(device).confirmed(device).arrives(device);
}

Story& Story::declines(std::uint32_t device, protocol::DeclineScope scope) {
    command(device, protocol::DeclineCommand{.call = call, .scope = scope});
    tell(device, protocol::RingingStopped{.call = call, .reason = EndReason::declined});
    to_broker(
        device,
        protocol::InviteDecline{.call = call, .device = id(device), .ticket = {}, .scope = scope});
    return to_device(device, protocol::DeclineAck{.call = call, .device = id(device)});
}

Story& Story::connects(std::uint32_t device) {
    const protocol::Nominate nominate{.call = call, .sender = id(0), .sequence = 1, .tag = {}};
    device_sends(0, nominate).device_gets(device, nominate);
    device_sends(
        device,
        protocol::NominateResponse{.call = call, .sender = id(device), .sequence = 1, .tag = {}});
    tell(0, connected(device));
    return tell(device, connected(0));
}

Story& Story::chooses(std::uint32_t device) {
    protocol::InviteUpdate update{.call = call, .initiator = id(0), .generation = 1, .chosen = {}};
    update.chosen.push_back(id(device));
    to_broker(0, update);
    return to_device(0, protocol::UpdateAck{.call = call, .generation = 1});
}

Story& Story::cancels() {
    command(0, protocol::CancelCommand{.call = call});
    tell(0, protocol::CallEnded{.call = call, .reason = EndReason::cancelled});
    return to_broker(0, protocol::InviteCancel{.call = call, .device = id(0)});
}

Story& Story::stops(std::uint32_t device, EndReason reason) {
    to_device(device, protocol::InviteEnded{.call = call, .device = id(device), .reason = reason});
    tell(device, protocol::RingingStopped{.call = call, .reason = reason});
    return to_broker(device,
                     protocol::EndedAck{.call = call, .device = id(device), .reason = reason});
}

Story& Story::ends(EndReason reason) {
    to_device(0, protocol::InviteEnded{.call = call, .device = id(0), .reason = reason});
    tell(0, protocol::CallEnded{.call = call, .reason = reason});
    return to_broker(0, protocol::EndedAck{.call = call, .device = id(0), .reason = reason});
}

Story& Story::hangs_up(std::uint32_t device) {
    command(0, protocol::HangUpCommand{.call = call});
    using protocol::SessionEnd;
    tell(0,
         protocol::Disconnected{.call = call, .peer = id(device), .reason = SessionEnd::hung_up});
    return tell(device,
                protocol::Disconnected{.call = call, .peer = id(0), .reason = SessionEnd::hung_up});
}

Story& Story::goes_well() {
    calls().rings_all().delivered(1).connects(1).chooses(1);
    for (const scenarios::Device& device : world.devices) {
        if (device.number > 1) stops(device.number, EndReason::answered);
    }
    return wait(10s).hangs_up(1);
}

// ---- the end ------------------------------------------------------------------------------------

std::vector<Tally> Story::tallies() const {
    Checker checker(world);
    for (const model::Event& event : events_) {
        checker.observe(event);
    }
    const model::EventHeader header{
        .at = now_, .sequence = events_.size() + 1, .cause = 0, .node = {}, .call = {}};
    checker.observe({.header = header, .body = model::WorldEnded{}});
    return checker.tallies();
}

Tally Story::tally(std::string_view property) const {
    const auto place = find_property(property);
    EXPECT_TRUE(place.has_value()) << property;
    return place ? tallies()[*place] : Tally{};
}

std::string Story::violations() const {
    std::string text;
    const std::vector<Tally> all = tallies();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].violated == 0) continue;
        text += fmt::format("{}: {}\n", catalogue()[i].id, all[i].violations.front().explanation);
    }
    return text;
}

}  // namespace invitro::properties
