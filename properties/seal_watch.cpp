#include "properties/seal_watch.hpp"

#include "model/draw.hpp"
#include "model/node_id.hpp"
#include "properties/history.hpp"
#include "protocol/security/authorship.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <optional>

namespace invitro::properties {
namespace {

using model::EventHeader;
using protocol::ByteView;
using protocol::EnvelopeHeader;
using protocol::MessageType;
using protocol::SealKind;

// The words of a broker's orders: who may give them is told by the seal.
bool is_order(MessageType type) {
    return type == MessageType::invite_request || type == MessageType::invite_accept ||
           type == MessageType::invite_decline || type == MessageType::invite_cancel ||
           type == MessageType::invite_update;
}

std::optional<ConnectionData> data_in(ByteView message) {
    const auto decoded = protocol::decode(message);
    if (!decoded) return std::nullopt;
    return std::visit(
        [](const auto& one) -> std::optional<ConnectionData> {
            if constexpr (requires { one.connection; }) {
                return one.connection;
            } else {
                return std::nullopt;
            }
        },
        *decoded);
}

bool holds(ByteView bytes, ByteView part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

// An address as it stands in a message: the octets of its IP address and the port behind them.
bool shows(ByteView bytes, const protocol::Address& address) {
    const std::size_t octets = address.ip.family == protocol::IpFamily::v4 ? 4 : 16;
    std::array<std::uint8_t, 18> wanted{};
    std::copy_n(address.ip.octets.begin(), octets, wanted.begin());
    wanted[octets] = static_cast<std::uint8_t>(address.port >> 8);
    wanted[octets + 1] = static_cast<std::uint8_t>(address.port);
    return holds(bytes, ByteView{wanted}.first(octets + 2));
}

bool shows(ByteView bytes, const ConnectionData& data) {
    if (holds(bytes, data.key)) return true;
    return std::any_of(data.candidates.begin(), data.candidates.end(), [&](const auto& one) {
        return shows(bytes, one.address);
    });
}

std::uint32_t device_of(const EventHeader& header) {
    return header.node.kind == model::NodeKind::device ? header.node.number : nobody;
}

// One stream under one key: who speaks to whom, and the part of the nonce that stays.
protocol::Id128<struct StreamNameTag> stream_of(const EnvelopeHeader& envelope) {
    DeviceId device = envelope.device;
    if (envelope.kind == SealKind::to_broker) device = protocol::device_id_of(envelope.key);
    const std::uint64_t nodes = (std::uint64_t{envelope.from_node} << 16) | envelope.to_node;
    // A push goes under the key of datagrams to the device.
    const auto way = envelope.kind == SealKind::push ? SealKind::to_device : envelope.kind;
    const std::uint64_t where = (static_cast<std::uint64_t>(way) << 32) | nodes;
    return {.high = model::mix(device.high ^ model::mix(where ^ envelope.nonce.stream)),
            .low = model::mix(device.low ^ model::mix(where + envelope.nonce.fresh))};
}

}  // namespace

std::optional<DeviceId> author_by_seal(ByteView payload, ByteView message) {
    const auto envelope = protocol::read_envelope_header(payload);
    if (!envelope || envelope->kind != SealKind::to_broker) return std::nullopt;
    const auto decoded = protocol::decode(message);
    const DeviceId author = decoded ? protocol::author_of(*decoded) : DeviceId{};
    if (author != protocol::device_id_of(envelope->key)) return std::nullopt;
    return author;
}

void SealWatch::sent(const EventHeader& header, const model::DatagramSent& event) {
    if (const auto envelope = protocol::read_envelope_header(event.payload)) {
        note_nonce(header, *envelope);
    }
    note_secrecy(header, device_of(header), event.payload, model::message_in(event));
}

void SealWatch::pushed(const EventHeader& header, const model::PushSubmitted& event) {
    if (const auto envelope = protocol::read_envelope_header(event.payload)) {
        note_nonce(header, *envelope);
    }
    note_secrecy(header, event.device, event.payload, model::message_in(event));
}

// Numbers are given out one after the other, and what waits for a connection is sent later than
// what does not. One that is as old as no message waits has been there before.
void SealWatch::note_nonce(const EventHeader& header, const EnvelopeHeader& envelope) {
    const auto [numbers, is_new] = numbers_.try_emplace(stream_of(envelope));
    if (!is_new && numbers->newest == 1) ++facts_.streams_continued;
    if (!numbers->take(envelope.nonce)) {
        facts_.nonce_repeated.first(header);
        keep_device(device_of(header));
    }
}

// Whoever reads along (a network, a push service) knows how messages are written, and looks for
// addresses and keys.
void SealWatch::note_secrecy(const EventHeader& header,
                             std::uint32_t device,
                             ByteView payload,
                             ByteView message) {
    if (world_.security != scenarios::Security::real) return;
    const auto data = data_in(message);
    if (!data) return;
    if (shows(payload, *data)) {
        facts_.exposed.first(header);
        keep_device(device);
    } else {
        ++facts_.hidden;
    }
}

bool SealWatch::delivered(const EventHeader& header, const model::DatagramDelivered& event) {
    suspicion_ = Suspicion::none;
    const auto envelope = protocol::read_envelope_header(event.payload);
    if (!envelope) return false;
    suspect_ = header.sequence;
    suspect_device_ = device_of(header);
    note_newest(header, *envelope);
    if (is_replay(header, *envelope)) {
        suspicion_ = Suspicion::replay;
        ++facts_.replays;
        return true;
    }
    const auto type = peek_type(model::message_in(event));
    if (envelope->kind != SealKind::to_broker || !type || !is_order(*type)) return false;
    if (author_by_seal(event.payload, model::message_in(event))) {
        ++facts_.authentic;
        return false;
    }
    suspicion_ = Suspicion::forgery;
    ++facts_.forged;
    return true;
}

// One incarnation of it.
SealWatch::StreamName SealWatch::at_receiver(StreamName name, const EventHeader& header) const {
    const std::uint64_t node = model::key_of(header.node);
    const std::uint32_t* incarnation = incarnations_.find(node);
    name.high ^= model::mix(node + 1);
    name.low += incarnation == nullptr ? 1 : *incarnation;
    return name;
}

void SealWatch::note_newest(const EventHeader& header, const EnvelopeHeader& envelope) {
    if (envelope.kind != SealKind::to_broker) return;
    const DeviceId sender = protocol::device_id_of(envelope.key);
    Newest& newest = *newest_.try_emplace(at_receiver({sender.high, sender.low}, header)).first;
    if (envelope.nonce.stream > newest.stream) newest = {envelope.nonce.stream, 0};
    if (envelope.nonce.stream < newest.stream) return;
    newest.number = std::max(newest.number, envelope.nonce.number);
}

bool SealWatch::is_outdated(const EventHeader& header,
                            const model::DatagramDelivered& event) const {
    const auto envelope = protocol::read_envelope_header(event.payload);
    if (!envelope) return false;
    const DeviceId sender = protocol::device_id_of(envelope->key);
    const Newest* newest = newest_.find(at_receiver({sender.high, sender.low}, header));
    if (newest == nullptr || envelope->nonce.stream > newest->stream) return false;
    return envelope->nonce.stream < newest->stream ||
           envelope->nonce.number + protocol::ReplayWindow::width <= newest->number;
}

bool SealWatch::is_replay(const EventHeader& header, const EnvelopeHeader& envelope) {
    // A receiver forgets who was quiet for long once it has heard of too many.
    if (world_.devices.size() > protocol::SealConfig::broker_channels_max) return false;
    Delivered& known = *delivered_.try_emplace(at_receiver(stream_of(envelope), header)).first;
    const bool is_known =
        std::find(known.numbers.begin(), known.numbers.end(), envelope.nonce.number) !=
        known.numbers.end();
    if (is_known) return envelope.nonce.number != 0;
    known.numbers[known.next++ % known.numbers.size()] = envelope.nonce.number;
    return false;
}

void SealWatch::started(const EventHeader& header, const model::NodeStarted& event) {
    if (event.incarnation > 1) {
        incarnations_.insert_or_assign(model::key_of(header.node), event.incarnation);
    }
}

void SealWatch::blame(const EventHeader& header) {
    (suspicion_ == Suspicion::replay ? facts_.replay_acted_on : facts_.forgery_acted_on)
        .first(header);
    keep_device(suspect_device_);
}

void SealWatch::keep_device(std::uint32_t device) {
    if (facts_.device == nobody) facts_.device = device;
}

}  // namespace invitro::properties
