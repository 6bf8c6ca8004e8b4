// Messages of registration: how a device comes to be found under an identifier.
#pragma once

#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// device -> broker: this device is reached through this token, for these identifiers.
struct RegisterDevice {
    static constexpr MessageType type = MessageType::register_device;
    static constexpr std::size_t identifiers_max = 3;  // so that the longest fit into a datagram

    DeviceId device;
    ProfileId profile;
    std::uint32_t incarnation = 0;  // grows with every registration of the device: the newest wins
    InlineVector<EndpointIdentifier, identifiers_max> identifiers;
    PushToken token;
    Duration lease{};  // asked for
    PublicKey key{};   // whose hash `device` is; what is pushed to the device is sealed with it

    bool operator==(const RegisterDevice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &RegisterDevice::device),
                          field(2, "profile", &RegisterDevice::profile),
                          field(3, "incarnation", &RegisterDevice::incarnation),
                          field(4, "identifiers", &RegisterDevice::identifiers),
                          field(5, "token", &RegisterDevice::token),
                          field(6, "lease", &RegisterDevice::lease),
                          field(7, "key", &RegisterDevice::key)};
    }
};

// broker -> device: the registration is in force for the lease granted.
struct RegisterAck {
    static constexpr MessageType type = MessageType::register_ack;

    DeviceId device;
    std::uint32_t incarnation = 0;
    Duration lease{};

    bool operator==(const RegisterAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &RegisterAck::device),
                          field(2, "incarnation", &RegisterAck::incarnation),
                          field(3, "lease", &RegisterAck::lease)};
    }
};

}  // namespace invitro::protocol
