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

// An APNs-like token of 32 bytes. Its first four bytes are the device's number, so that the
// simulated push service finds the device without a table.
protocol::PushToken push_token(std::uint64_t world_seed, std::uint32_t device_number);

// The device a token locates; nothing where it is no token of this world.
std::optional<std::uint32_t> device_of_token(std::uint64_t world_seed, protocol::ByteView token);

// A fresh seed for an incarnation of a node's program.
protocol::RandomValue incarnation_seed(std::uint64_t world_seed,
                                       model::NodeId node,
                                       std::uint32_t incarnation);

// What the device tells its client, or the loaded snapshot says, about its registration.
// Precondition: the profile exists.
protocol::RegisterCommand registration_of(const scenarios::World& world,
                                          const scenarios::Device& device);

}  // namespace invitro::sim
