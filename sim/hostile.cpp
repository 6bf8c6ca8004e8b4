#include "sim/hostile.hpp"

#include "model/draw.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/identities.hpp"
#include "sim/places.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace invitro::sim {
namespace {

using model::Deed;
using protocol::Message;
using namespace std::chrono_literals;

constexpr std::uint32_t attackers_network = 0xC6120300U;  // 198.18.3.0
constexpr std::uint16_t attackers_port = 6666;
constexpr std::uint32_t oversize_max = 1500;

std::vector<std::uint8_t> encoded(const Message& message) {
    std::vector<std::uint8_t> bytes(protocol::push_size_max);
    bytes.resize(protocol::encode(message, bytes));
    return bytes;
}

// One datagram's draws.
class Shot {
public:
    Shot(const scenarios::World& world,
         const protocol::PublicKey& cluster,
         const std::vector<Leak>& leaks,
         const std::vector<HostileDatagram>& overheard,
         std::uint32_t attacker,
         std::uint64_t count)
        : world_(world),
          cluster_(cluster),
          leaks_(leaks),
          overheard_(overheard),
          attacker_(attacker),
          count_(count) {
        // Under one name of its own, or a new one for this datagram.
        const std::uint64_t name = below(2) == 0 ? 0 : count + 1;
        protocol::RandomValue secret;
        for (std::size_t i = 0; i < secret.octets.size(); ++i) {
            secret.octets[i] = static_cast<std::uint8_t>(
                model::draw(world.seed, model::Subsystem::hostile, attacker, name, i, 0) >> 56);
        }
        keys_ = protocol::key_pair_of(world.security, secret);
        self_ = protocol::device_id_of(keys_.public_key);
    }

    std::uint64_t number() {
        return model::draw(world_.seed, model::Subsystem::hostile, attacker_, count_, ++purpose_);
    }

    std::uint32_t below(std::size_t bound) {
        return model::below(static_cast<std::uint32_t>(bound), number());
    }

    HostileDatagram make(Deed deed) {
        HostileDatagram datagram{.deed = deed, .destination = some_broker(), .payload = {}};
        switch (deed) {
            case Deed::forge_answers:
                datagram.payload = sealed(encoded(forged_answer()));
                break;
            case Deed::guess_calls:
                datagram.payload = sealed(encoded(guess()));
                break;
            case Deed::flood_invitations:
                datagram.payload = sealed(encoded(invitation()));
                break;
            case Deed::flood_registrations:
                datagram.payload = sealed(encoded(registration()));
                break;
            case Deed::send_garbage:
                datagram.destination = anybody();
                datagram.payload = garbage();
                break;
            case Deed::replay:
                if (!overheard_.empty()) return overheard_[below(overheard_.size())];
                datagram.payload = garbage();
                break;
        }
        return datagram;
    }

private:
    protocol::Address some_broker() {
        return broker_address(world_.brokers[below(world_.brokers.size())].number);
    }

    template <class Id>
    Id any_id() {
        return {.high = number(), .low = number() | 1};
    }

    // In an envelope that anybody can seal for the brokers. Each is the first of a program that
    // has just been started, so that no two have the same nonce.
    std::vector<std::uint8_t> sealed(std::vector<std::uint8_t> plain) {
        if (below(4) == 0) return plain;
        const protocol::RandomValue seed{.octets = any_octets<std::array<std::uint8_t, 32>>()};
        const protocol::SealConfig config{.suite = world_.security,
                                          .self = protocol::Party::of_device(self_),
                                          .keys = keys_,
                                          .cluster = cluster_,
                                          .incarnation = static_cast<std::uint32_t>(count_ + 1),
                                          .seed = seed,
                                          .channels_max = 1};
        protocol::Sealer sealer(config);
        std::vector<std::uint8_t> envelope(plain.size() + protocol::seal_overhead_max);
        const auto broker = protocol::Party::of_broker();
        envelope.resize(sealer.seal(broker, sealer.kind_for(broker), plain, envelope));
        return envelope;
    }

    protocol::DeviceId some_device() {
        if (world_.devices.empty()) return any_id<protocol::DeviceId>();
        return device_id(world_, world_.devices[below(world_.devices.size())].number);
    }

    protocol::ConnectionData own_connection() {
        protocol::ConnectionData data;
        data.candidates.push_back({.kind = protocol::CandidateKind::host,
                                   .address = attacker_address(attacker_),
                                   .priority = 1});
        return data;
    }

    protocol::EndpointIdentifier made_up_number() {
        const std::string text = "+999" + std::to_string(100'000'000 + below(100'000'000));
        return protocol::EndpointIdentifier::parse(text).value();
    }

    template <class Octets>
    Octets any_octets() {
        Octets octets{};
        for (auto& octet : octets) {
            octet = static_cast<std::uint8_t>(number() >> 56);
        }
        return octets;
    }

    // A ticket for this call and device that was never made: none, made up, or another device's.
    protocol::Ticket wrong_ticket(const Leak& leak, const protocol::DeviceId& device) {
        const std::uint32_t kind = below(3);
        if (kind == 0) return {};
        if (kind == 1 || device == leak.device) return any_octets<protocol::Ticket>();
        return leak.ticket;
    }

    Message forged_answer() {
        Leak leak;
        if (leaks_.empty()) {
            leak.call = any_id<protocol::CallId>();
        } else {
            leak = leaks_[below(leaks_.size())];
        }
        const protocol::DeviceId device = below(3) == 0 ? self_ : some_device();
        const protocol::Ticket ticket = wrong_ticket(leak, device);
        switch (below(4)) {
            case 0:
                return protocol::InviteRinging{
                    .call = leak.call, .device = device, .ticket = ticket};
            case 1:
                return protocol::InviteDecline{.call = leak.call,
                                               .device = device,
                                               .ticket = ticket,
                                               .scope = protocol::DeclineScope::everywhere};
            default:
                return protocol::InviteAccept{.call = leak.call,
                                              .device = device,
                                              .ticket = ticket,
                                              .connection = own_connection()};
        }
    }

    Message guess() {
        const auto call = any_id<protocol::CallId>();
        const protocol::DeviceId device = below(2) == 0 ? some_device() : self_;
        switch (below(4)) {
            case 0:
                return protocol::CallKeepAlive{.call = call, .device = device};
            case 1:
                return protocol::InviteUpdate{
                    .call = call, .initiator = device, .generation = 9, .chosen = {device}};
            case 2:
                return protocol::ForwardAck{.call = call, .device = device};
            default:
                return protocol::InviteCancel{.call = call, .device = device};
        }
    }

    Message invitation() {
        protocol::InviteRequest request;
        request.call = any_id<protocol::CallId>();
        request.initiator = self_;
        request.callee = made_up_number();
        request.caller = made_up_number();
        request.connection = own_connection();
        request.lifetime = 180s;
        return request;
    }

    Message registration() {
        protocol::RegisterDevice message;
        message.device = self_;
        message.key = keys_.public_key;
        message.profile = any_id<protocol::ProfileId>();
        message.incarnation = 1;
        message.identifiers = {made_up_number()};
        message.token.value.assign(protocol::bytes_of("nobody's token " + std::to_string(count_)));
        message.lease = 24h;
        return message;
    }

    // The broker most often, a reflector, or a device that has a public address or a NAT box.
    protocol::Address anybody() {
        const std::uint32_t whom = below(8);
        if (whom < 2 || world_.devices.empty()) return some_broker();
        if (whom < 4) return reflector_address(whom - 2);
        if (whom == 4 && !world_.relays.empty()) {
            return relay_address(world_.relays[below(world_.relays.size())].number);
        }
        const scenarios::Device& device = world_.devices[below(world_.devices.size())];
        const auto port = static_cast<std::uint16_t>(1024 + below(64'000));
        return {.ip = outside_ip(device.network), .port = port};
    }

    std::vector<std::uint8_t> random_bytes(std::size_t size) {
        std::vector<std::uint8_t> bytes(size);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(number() >> 56);
        }
        return bytes;
    }

    std::vector<std::uint8_t> garbage() {
        switch (below(4)) {
            case 0:
                return random_bytes(1 + below(64));
            case 1: {
                auto bytes = encoded(invitation());
                bytes.resize(below(bytes.size()));
                return bytes;
            }
            case 2: {
                auto bytes = encoded(guess());
                bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1 + below(255));
                return bytes;
            }
            default: {
                auto bytes = encoded(registration());
                bytes.resize(protocol::datagram_size_max + 1 +
                             below(oversize_max - protocol::datagram_size_max));
                return bytes;
            }
        }
    }

    const scenarios::World& world_;
    protocol::PublicKey cluster_;
    const std::vector<Leak>& leaks_;
    const std::vector<HostileDatagram>& overheard_;
    std::uint32_t attacker_;
    std::uint64_t count_;
    std::uint64_t purpose_ = 0;
    protocol::KeyPair keys_;
    protocol::DeviceId self_;
};

}  // namespace

protocol::Address attacker_address(std::uint32_t number) {
    return {.ip = protocol::ipv4(attackers_network + 1 + number), .port = attackers_port};
}

bool is_attacker(const protocol::Address& address) {
    return address.ip.family == protocol::IpFamily::v4 && address.port == attackers_port &&
           (protocol::ipv4_number(address.ip) & 0xFFFFFF00U) == attackers_network;
}

void Hostile::learn(const Leak& leak) {
    if (leaks_.size() == leaks_max) leaks_.erase(leaks_.begin());
    leaks_.push_back(leak);
}

void Hostile::overhear(const protocol::SendDatagram& datagram) {
    if (interpret(datagram.destination).kind != Target::Kind::broker) return;
    if (overheard_.size() == overheard_max) overheard_.erase(overheard_.begin());
    overheard_.push_back({.deed = Deed::replay,
                          .destination = datagram.destination,
                          .payload = {datagram.payload.begin(), datagram.payload.end()}});
}

HostileDatagram Hostile::next(const model::Attacker& attacker, std::uint64_t count) const {
    CHECK(!attacker.deeds.empty(), "an attacker that is at work has a deed");
    Shot shot(world_, cluster_, leaks_, overheard_, attacker.number, count);
    const Deed deed = attacker.deeds[shot.below(attacker.deeds.size())];
    return shot.make(deed);
}

}  // namespace invitro::sim
