// The keys of a world, for those who play its actors and for the one who watches them all.
//
// Everything follows from the world's seed. What is costly to derive is derived once, when it is
// first needed, and only in worlds that are really sealed.
#pragma once

#include "protocol/security/keys.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::sim {

class Keyring {
public:
    // The world must outlive this.
    explicit Keyring(const scenarios::World& world);

    [[nodiscard]] const protocol::KeyPair& cluster() const { return cluster_; }

    // Of the device in this row of the world.
    [[nodiscard]] protocol::KeyPair device(std::uint32_t row);

    [[nodiscard]] protocol::DeviceId id(std::uint32_t row) {
        return protocol::device_id_of(device(row).public_key);
    }

    // How a device and a node of the cluster seal, in this incarnation.
    [[nodiscard]] protocol::SealConfig seal_config_of_device(std::uint32_t row,
                                                             std::uint32_t incarnation);
    [[nodiscard]] protocol::SealConfig seal_config_of_broker(std::uint16_t node,
                                                             std::uint32_t incarnation) const;

    // The message in a datagram or a push as it is on the wire; empty where there is no envelope or
    // none that anybody of this world could open, attackers who have been heard among them. Holds
    // until the next call.
    [[nodiscard]] protocol::ByteView open(protocol::ByteView payload);

private:
    // The key under which an envelope was sealed; none where it names nobody of this world.
    std::optional<protocol::RandomValue> key_of(const protocol::EnvelopeHeader& header);
    const protocol::PublicKey* public_key_of(const protocol::DeviceId& device);

    const scenarios::World& world_;
    protocol::KeyPair cluster_;
    std::vector<protocol::KeyPair> devices_;  // by row, in a world that is really sealed
    protocol::DenseMap<protocol::DeviceId, std::uint32_t> rows_;
    protocol::DenseMap<protocol::DeviceId, protocol::RandomValue> keys_;  // by device and way
    // Of whoever has spoken to a broker, in a world with attackers.
    protocol::DenseMap<protocol::DeviceId, protocol::PublicKey> speakers_;
    std::vector<std::uint8_t> room_;
};

}  // namespace invitro::sim
