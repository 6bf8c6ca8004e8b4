#include "sim/identities.hpp"

#include "protocol/broker/credential.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::sim {
namespace {

using model::draw;
using model::Subsystem;

// What an identity draw is for.
enum class Use : std::uint8_t {
    device_key = 1,
    profile = 2,
    token = 3,
    seed = 4,
    cluster_key = 5,
};

constexpr std::size_t token_size = 32;

template <class Id>
Id draw_identity(std::uint64_t seed, Use use, std::uint32_t number) {
    const std::uint64_t high = draw(seed, Subsystem::identity, use, number, 0);
    const std::uint64_t low = draw(seed, Subsystem::identity, use, number, 1);
    return {.high = high, .low = low};
}

template <class Octets>
void put_number(Octets& octets, std::size_t at, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        octets[at + i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
}

protocol::RandomValue draw_secret(std::uint64_t seed, Use use, std::uint32_t number) {
    protocol::RandomValue secret;
    for (std::size_t word = 0; word < secret.octets.size() / 8; ++word) {
        put_number(secret.octets, word * 8, draw(seed, Subsystem::identity, use, number, word), 8);
    }
    return secret;
}

std::array<std::uint8_t, token_size> token_octets(std::uint64_t world_seed,
                                                  const LocatedToken& token) {
    std::array<std::uint8_t, token_size> octets{};
    for (std::size_t word = 0; word < token_size / 8; ++word) {
        const std::uint64_t value = draw(
            world_seed, Subsystem::identity, Use::token, token.device_number, token.version, word);
        put_number(octets, word * 8, value, 8);
    }
    put_number(octets, 0, token.device_number, 4);
    octets[4] = token.version;
    return octets;
}

}  // namespace

protocol::KeyPair device_keys(protocol::SealSuite suite,
                              std::uint64_t world_seed,
                              std::uint32_t device_number) {
    return protocol::key_pair_of(suite, draw_secret(world_seed, Use::device_key, device_number));
}

protocol::KeyPair cluster_keys(protocol::SealSuite suite, std::uint64_t world_seed) {
    return protocol::key_pair_of(suite, draw_secret(world_seed, Use::cluster_key, 0));
}

protocol::DeviceId device_id(protocol::SealSuite suite,
                             std::uint64_t world_seed,
                             std::uint32_t device_number) {
    return protocol::device_id_of(device_keys(suite, world_seed, device_number).public_key);
}

protocol::DeviceId device_id(const scenarios::World& world, std::uint32_t device_number) {
    return device_id(world.security, world.seed, device_number);
}

protocol::ProfileId profile_id(std::uint64_t world_seed, std::uint32_t profile_number) {
    return draw_identity<protocol::ProfileId>(world_seed, Use::profile, profile_number);
}

protocol::PushToken push_token(std::uint64_t world_seed,
                               std::uint32_t device_number,
                               std::uint8_t version) {
    protocol::PushToken token{.provider = protocol::PushProvider::apns, .value = {}};
    token.value.assign(
        token_octets(world_seed, {.device_number = device_number, .version = version}));
    return token;
}

std::optional<LocatedToken> locate_token(std::uint64_t world_seed, protocol::ByteView token) {
    if (token.size() != token_size) return std::nullopt;
    LocatedToken located{.device_number = 0, .version = token[4]};
    for (unsigned i = 0; i < 4; ++i) {
        located.device_number |= std::uint32_t{token[i]} << (8 * i);
    }
    const auto expected = token_octets(world_seed, located);
    if (!std::equal(token.begin(), token.end(), expected.begin())) return std::nullopt;
    return located;
}

protocol::RandomValue service_key(std::uint64_t world_seed) {
    constexpr model::NodeId first_broker{.kind = model::NodeKind::broker, .number = 0};
    return protocol::draw(
        incarnation_seed(world_seed, first_broker, 0), protocol::Purpose::ticket_key, 0);
}

protocol::RandomValue incarnation_seed(std::uint64_t world_seed,
                                       model::NodeId node,
                                       std::uint32_t incarnation) {
    protocol::RandomValue seed;
    for (std::size_t word = 0; word < seed.octets.size() / 8; ++word) {
        const std::uint64_t value = draw(
            world_seed, Subsystem::identity, Use::seed, model::key_of(node), incarnation, word);
        put_number(seed.octets, word * 8, value, 8);
    }
    return seed;
}

protocol::RegisterCommand registration_of(const scenarios::World& world,
                                          const scenarios::Device& device,
                                          std::uint8_t token_version) {
    const auto profile =
        std::lower_bound(world.profiles.begin(),
                         world.profiles.end(),
                         device.profile,
                         [](const scenarios::Profile& p, std::uint32_t n) { return p.number < n; });
    CHECK(profile != world.profiles.end() && profile->number == device.profile,
          "a consistent world has every device's profile");
    protocol::RegisterCommand registration{
        .profile = profile_id(world.seed, profile->number),
        .identifiers = {},
        .token = push_token(world.seed, device.number, token_version),
        .credentials = {}};
    for (const auto& identifier : profile->identifiers) {
        registration.identifiers.push_back(identifier);
    }
    return registration;
}

void add_credentials(const scenarios::World& world,
                     const protocol::DeviceId& device,
                     protocol::RegisterCommand& registration) {
    const protocol::RandomValue key = service_key(world.seed);
    registration.credentials.clear();
    for (const auto& identifier : registration.identifiers) {
        registration.credentials.push_back(
            protocol::earned_credential(key, {device, registration.profile, identifier}, 0));
    }
}

}  // namespace invitro::sim
