#include "sim/keyring.hpp"

#include "protocol/security/suite.hpp"
#include "sim/identities.hpp"

namespace invitro::sim {

using protocol::ByteView;
using protocol::DeviceId;
using protocol::SealKind;
using protocol::SealSuite;

Keyring::Keyring(const scenarios::World& world)
    : world_(world), cluster_(cluster_keys(world.security, world.seed)) {}

protocol::KeyPair Keyring::device(std::uint32_t row) {
    const std::uint32_t number = world_.devices[row].number;
    if (world_.security != SealSuite::real) {
        return device_keys(world_.security, world_.seed, number);
    }
    if (devices_.empty()) devices_.resize(world_.devices.size());
    protocol::KeyPair& known = devices_[row];
    if (known == protocol::KeyPair{}) known = device_keys(world_.security, world_.seed, number);
    return known;
}

protocol::SealConfig Keyring::seal_config_of_device(std::uint32_t row, std::uint32_t incarnation) {
    const protocol::KeyPair keys = device(row);
    return {.suite = world_.security,
            .self = protocol::Party::of_device(protocol::device_id_of(keys.public_key)),
            .keys = keys,
            .cluster = cluster_.public_key,
            .incarnation = incarnation,
            .seed = incarnation_seed(
                world_.seed,
                {.kind = model::NodeKind::device, .number = world_.devices[row].number},
                incarnation),
            .channels_max = protocol::SealConfig::device_channels_max};
}

protocol::SealConfig Keyring::seal_config_of_broker(std::uint16_t node,
                                                    std::uint32_t incarnation) const {
    return {.suite = world_.security,
            .self = protocol::Party::of_broker(node),
            .keys = cluster_,
            .cluster = cluster_.public_key,
            .incarnation = incarnation,
            .seed = incarnation_seed(
                world_.seed, {.kind = model::NodeKind::broker, .number = node}, incarnation),
            .channels_max = protocol::SealConfig::broker_channels_max};
}

ByteView Keyring::open(ByteView payload) {
    const auto header = protocol::read_envelope_header(payload);
    if (!header) return {};
    const std::size_t header_size = protocol::seal_header_size(header->kind);
    // Nothing is hidden, and observers look at what was said, not at whether it is believed.
    if (world_.security != SealSuite::real) {
        return payload.subspan(header_size, payload.size() - protocol::seal_overhead(header->kind));
    }
    const auto key = key_of(*header);
    if (!key) return {};
    return protocol::open_sealed(world_.security, *key, header_size, payload, room_)
        .value_or(ByteView{});
}

std::optional<protocol::RandomValue> Keyring::key_of(const protocol::EnvelopeHeader& header) {
    const auto derive = [&](const protocol::PublicKey& device) {
        return protocol::envelope_key(world_.security, cluster_, header, device);
    };
    if (header.kind == SealKind::to_node) return derive({});
    const bool is_to_broker = header.kind == SealKind::to_broker;
    const DeviceId device = is_to_broker ? protocol::device_id_of(header.key) : header.device;
    const std::uint64_t way = is_to_broker ? 0 : std::uint64_t{header.from_node} + 1;
    const DeviceId name{.high = device.high, .low = device.low + way};
    if (const protocol::RandomValue* known = keys_.find(name)) return *known;
    if (is_to_broker && !world_.attackers.empty()) speakers_.insert_or_assign(device, header.key);
    const protocol::PublicKey* other = is_to_broker ? &header.key : public_key_of(device);
    if (other == nullptr) return std::nullopt;
    return keys_.insert_or_assign(name, derive(*other));
}

// Whoever is pushed to may never have said a word: then all devices' keys are derived.
const protocol::PublicKey* Keyring::public_key_of(const DeviceId& device) {
    if (rows_.empty()) {
        for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
            rows_.insert_or_assign(id(row), row);
        }
    }
    const std::uint32_t* row = rows_.find(device);
    return row == nullptr ? speakers_.find(device) : &devices_[*row].public_key;
}

}  // namespace invitro::sim
