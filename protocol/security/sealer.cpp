#include "protocol/security/sealer.hpp"

#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/entropy.hpp"

#include <algorithm>
#include <cstring>

namespace invitro::protocol {
namespace {

// Under which a party's channel is kept. No device has an id whose high half is zero, but for one
// in 2^64, and that one is not served.
DeviceId name_of(const Party& party) {
    if (party.kind == PartyKind::device) return party.device;
    return {.high = 0, .low = std::uint64_t{party.node} + 1};
}

// What a key is for: which way, from which node to which.
std::uint64_t purpose_of(SealKind kind, std::uint16_t from = 0, std::uint16_t to = 0) {
    return (std::uint64_t{static_cast<std::uint8_t>(kind)} << 32) | (std::uint64_t{from} << 16) |
           to;
}

// Any node: whom a device writes to.
constexpr Party whole_cluster = Party::of_broker(0xFFFF);

}  // namespace

RandomValue envelope_key(SealSuite suite,
                         const KeyPair& cluster,
                         const EnvelopeHeader& header,
                         const PublicKey& device) {
    switch (header.kind) {
        case SealKind::to_broker:
            return subkey(
                suite, agreed_key(suite, cluster, device), purpose_of(SealKind::to_broker));
        case SealKind::to_device:
        case SealKind::push:
            return subkey(suite,
                          agreed_key(suite, cluster, device),
                          purpose_of(SealKind::to_device, header.from_node));
        case SealKind::to_node:
            break;
    }
    return subkey(
        suite, cluster.secret, purpose_of(SealKind::to_node, header.from_node, header.to_node));
}

Sealer::Sealer(const SealConfig& config) {
    CHECK(!config.self.is_nobody() && config.channels_max > 0, "who seals is somebody");
    state_.config = config;
}

bool Sealer::can_seal_for(const Party& recipient) const {
    switch (recipient.kind) {
        case PartyKind::nobody:
            return false;
        case PartyKind::broker:
            return true;
        case PartyKind::device:
            break;
    }
    return state_.config.self.is_broker() && state_.channels.find(recipient.device) != nullptr;
}

SealKind Sealer::kind_for(const Party& recipient) const {
    if (!state_.config.self.is_broker()) return SealKind::to_broker;
    return recipient.is_broker() ? SealKind::to_node : SealKind::to_device;
}

void Sealer::learn(const PublicKey& key) {
    const Party device = Party::of_device(device_id_of(key));
    if (state_.channels.find(device.device) != nullptr) return;
    keep(device.device, make_channel(device, key));
}

SealChannel Sealer::make_channel(const Party& peer, const PublicKey& key) const {
    const SealConfig& config = state_.config;
    const auto derive = [&](const RandomValue& from, std::uint64_t purpose) {
        return subkey(config.suite, from, purpose);
    };
    SealChannel channel;
    if (!config.self.is_broker()) {
        const RandomValue shared = agreed_key(config.suite, config.keys, config.cluster);
        channel.send_key = derive(shared, purpose_of(SealKind::to_broker));
        channel.receive_key = derive(shared, purpose_of(SealKind::to_device, peer.node));
    } else if (peer.is_broker()) {
        const std::uint16_t own = config.self.node;
        channel.send_key =
            derive(config.keys.secret, purpose_of(SealKind::to_node, own, peer.node));
        channel.receive_key =
            derive(config.keys.secret, purpose_of(SealKind::to_node, peer.node, own));
    } else {
        const RandomValue shared = agreed_key(config.suite, config.keys, key);
        channel.send_key = derive(shared, purpose_of(SealKind::to_device, config.self.node));
        channel.receive_key = derive(shared, purpose_of(SealKind::to_broker));
    }
    return channel;
}

SealChannel& Sealer::keep(const DeviceId& name, const SealChannel& channel) {
    auto& channels = state_.channels;
    if (channels.size() >= state_.config.channels_max) {
        const auto at = [&] { return channels.begin() + state_.hand; };
        const auto count = static_cast<std::uint32_t>(channels.size());
        const auto advance = [&] { state_.hand = (state_.hand + 1) % count; };
        state_.hand %= count;
        for (; at()->value.is_used; advance()) {
            at()->value.is_used = false;
        }
        const DeviceId forgotten = at()->key;
        channels.erase(forgotten);
    }
    return *channels.try_emplace(name, channel).first;
}

SealChannel* Sealer::channel_to(const Party& recipient) {
    const bool is_device = !state_.config.self.is_broker();
    const Party peer = is_device ? whole_cluster : recipient;
    const DeviceId name = name_of(peer);
    if (SealChannel* known = state_.channels.find(name)) return known;
    if (!peer.is_broker()) return nullptr;
    return &keep(name, make_channel(peer, {}));
}

void Sealer::begin_stream(SealChannel& channel) {
    channel.stream = (std::uint64_t{state_.config.incarnation} << 32) | ++state_.streams;
    const RandomValue drawn = draw(state_.config.seed, Purpose::seal_stream, channel.stream);
    std::memcpy(&channel.fresh, drawn.octets.data(), sizeof channel.fresh);
    channel.sent = 0;
}

std::size_t Sealer::seal(const Party& recipient,
                         SealKind kind,
                         ByteView plain,
                         std::span<std::uint8_t> to) {
    const SealConfig& config = state_.config;
    SealChannel* channel = channel_to(recipient);
    CHECK(channel != nullptr, "the caller has asked whether there is a channel");
    EnvelopeHeader header{.kind = kind,
                          .key = config.keys.public_key,
                          .device = recipient.device,
                          .from_node = config.self.node,
                          .to_node = recipient.node,
                          .nonce = {}};
    if (config.suite != SealSuite::symbolic) {
        if (channel->stream == 0) begin_stream(*channel);
        header.nonce = {
            .stream = channel->stream, .fresh = channel->fresh, .number = ++channel->sent};
    }
    channel->is_used = true;
    ++state_.sealed;
    const std::size_t size = plain.size() + seal_overhead(kind);
    CHECK(to.size() >= size, "the caller has room for the envelope");
    const std::size_t header_size = write_envelope_header(header, to);
    std::copy(plain.begin(), plain.end(), to.begin() + static_cast<std::ptrdiff_t>(header_size));
    seal_in_place(config.suite, channel->send_key, header_size, to.first(size));
    return size;
}

bool Sealer::is_for_us(const EnvelopeHeader& header) const {
    const Party& self = state_.config.self;
    switch (header.kind) {
        case SealKind::to_broker:
            return self.is_broker();
        case SealKind::to_node:
            return self.is_broker() && header.to_node == self.node && header.from_node != self.node;
        case SealKind::to_device:
        case SealKind::push:
            return self.is_device(header.device);
    }
    return false;
}

tl::expected<Sealer::Opened, RemarkKind> Sealer::open(ByteView sealed) {
    const auto header = read_envelope_header(sealed);
    if (!header) return tl::unexpected(RemarkKind::malformed_dropped);
    if (!is_for_us(*header)) return tl::unexpected(RemarkKind::forged_dropped);
    const Party sender = header->kind == SealKind::to_broker
                             ? Party::of_device(device_id_of(header->key))
                             : Party::of_broker(header->from_node);
    const DeviceId name = name_of(sender);
    SealChannel* known = state_.channels.find(name);
    SealChannel made;
    if (known == nullptr) made = make_channel(sender, header->key);
    const auto plain = open_sealed(state_.config.suite,
                                   known != nullptr ? known->receive_key : made.receive_key,
                                   seal_header_size(header->kind),
                                   sealed,
                                   room_);
    if (!plain) return tl::unexpected(RemarkKind::forged_dropped);
    // Only who has proven to hold a key gets a channel that is kept.
    SealChannel& channel = known != nullptr ? *known : keep(name, made);
    channel.is_used = true;
    // Push services deliver again on purpose, and an explorer takes duplicates for what they are.
    const bool is_once =
        header->kind != SealKind::push && state_.config.suite != SealSuite::symbolic;
    if (is_once && !channel.window.take(header->nonce)) {
        return tl::unexpected(RemarkKind::replayed_dropped);
    }
    ++state_.opened;
    return Opened{.sender = sender, .plain = *plain};
}

}  // namespace invitro::protocol
