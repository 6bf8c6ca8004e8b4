// The identities of a world's actors: ids, tokens, seeds, all derived from the world's seed and the
// actor's number, so that a dormant device is a row and nothing else.
#pragma once

#include "protocol/application.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <optional>

namespace invitro::sim {

// The long-term key pairs of a device and of the broker's cluster.
protocol::KeyPair device_keys(protocol::SealSuite suite,
                              std::uint64_t world_seed,
                              std::uint32_t device_number);
protocol::KeyPair cluster_keys(protocol::SealSuite suite, std::uint64_t world_seed);

// A device's id is the hash of its public key. In a world that is really sealed it costs tens of
// microseconds to find out.
protocol::DeviceId device_id(protocol::SealSuite suite,
                             std::uint64_t world_seed,
                             std::uint32_t device_number);
protocol::DeviceId device_id(const scenarios::World& world, std::uint32_t device_number);

protocol::ProfileId profile_id(std::uint64_t world_seed, std::uint32_t profile_number);

// An APNs-like token of 32 bytes, the device's `version`-th from 0. Its first four bytes are the
// device's number and the fifth the version, so that the simulated push service finds the device
// without a table.
protocol::PushToken push_token(std::uint64_t world_seed,
                               std::uint32_t device_number,
                               std::uint8_t version = 0);

struct LocatedToken {
    std::uint32_t device_number = 0;
    std::uint8_t version = 0;
};

// What a token locates; nothing where it is no token of this world.
std::optional<LocatedToken> locate_token(std::uint64_t world_seed, protocol::ByteView token);

// The secret of the world's service: the same for every incarnation of every broker.
protocol::RandomValue service_key(std::uint64_t world_seed);

// A fresh seed for an incarnation of a node's program.
protocol::RandomValue incarnation_seed(std::uint64_t world_seed,
                                       model::NodeId node,
                                       std::uint32_t incarnation);

// What the device tells its client, or the loaded snapshot says, about its registration, without
// credentials. Precondition: the profile exists.
protocol::RegisterCommand registration_of(const scenarios::World& world,
                                          const scenarios::Device& device,
                                          std::uint8_t token_version = 0);

// Gives it the credentials that its device would have earned at the world's start.
void add_credentials(const scenarios::World& world,
                     const protocol::DeviceId& device,
                     protocol::RegisterCommand& registration);

}  // namespace invitro::sim
