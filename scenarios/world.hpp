// A world: every device, every call, every fault, spelled out.
//
// A Scenario has distributions and stands for many worlds; a World is one of them, explicit and
// complete: with its seed it determines every event. The generator makes worlds, the shrinker
// simplifies them, the simulator runs them, and the file format can express them, so that a
// counterexample is an ordinary file.
//
// Everything is named by a number that is never reused, so that removing one thing leaves the names
// (and therefore all draws) of the others as they were.
#pragma once

#include "model/draw.hpp"
#include "model/fault/fault.hpp"
#include "model/hostile/attacker.hpp"
#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "model/network/ip_families.hpp"
#include "model/network/topology.hpp"
#include "model/people/person.hpp"
#include "model/post/post_service.hpp"
#include "model/push/push_service.hpp"
#include "protocol/broker/admission.hpp"
#include "protocol/commands.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::scenarios {

using protocol::Duration;
using protocol::EndpointIdentifier;

// A home, an office, a cell: one access link and one NAT box shared by the devices in it.
struct AccessNetwork {
    std::uint32_t number = 0;
    model::SiteIndex site{};
    model::AccessKind access = model::AccessKind::fibre;
    // Where there is IPv4, `nat` is in its way; IPv6 passes a firewall that keeps state, none where
    // `nat` is PUB, and nothing where it is BLK.
    model::NatPolicy nat;
    model::IpFamilies families = model::IpFamilies::v4;

    bool operator==(const AccessNetwork&) const = default;
};

// The user of a device moves to another access network (walks out of the house, lands abroad).
struct Move {
    Duration at{};  // since the start of the world
    std::uint32_t network = 0;

    bool operator==(const Move&) const = default;
};

struct Device {
    std::uint32_t number = 0;
    std::uint32_t profile = 0;
    std::uint32_t network = 0;
    model::Reaction reaction;  // to every call that rings here
    // How long after a validation mail has come its link is opened on this device; max: never.
    Duration opens_mail_after = std::chrono::seconds{10};

    bool operator==(const Device&) const = default;
};

// An account: its identifiers; its devices are those that name it.
struct Profile {
    std::uint32_t number = 0;
    std::vector<EndpointIdentifier> identifiers;  // 1 to RegisterCommand::identifiers_max

    bool operator==(const Profile&) const = default;
};

struct Call {
    std::uint32_t number = 0;
    Duration at{};                // since the start of the world
    std::uint32_t initiator = 0;  // device number
    EndpointIdentifier callee;
    protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
    bool admits_late_joiners = true;  // who registers while it rings is invited too
    Duration lifetime = protocol::timing::invitation_lifetime_default;
    Duration cancel_after =
        Duration::max();  // the initiator gives up, unless connected; max: never
    Duration talk = std::chrono::seconds{10};  // the initiator hangs up so long after connecting
    // So long after connecting, the end that shares a profile with `transfer_to` gives the session
    // to that device; max: never.
    Duration transfer_after = Duration::max();
    std::uint32_t transfer_to = 0;  // device number

    bool operator==(const Call&) const = default;
};

struct DeviceMove {
    std::uint32_t device = 0;
    Move move;

    bool operator==(const DeviceMove&) const = default;
};

// One of the service's own machines that the world counts.
struct Broker {
    std::uint32_t number = 0;
    model::SiteIndex site{};

    bool operator==(const Broker&) const = default;
};

// The operator lets a broker into the cluster or out of it: one at a time.
enum class MembershipStep : std::uint8_t { join = 0, leave = 1 };

std::string_view to_string(MembershipStep step);

struct MembershipChange {
    Duration at{};  // since the start of the world
    std::uint32_t broker = 0;
    MembershipStep step = MembershipStep::join;

    bool operator==(const MembershipChange&) const = default;
};

struct Relay {
    static constexpr std::uint32_t couplings_default = 1024;

    std::uint32_t number = 0;
    model::SiteIndex site{};
    std::uint32_t couplings = couplings_default;  // pairs of devices it passes data for at once

    bool operator==(const Relay&) const = default;
};

// What a device's user does about its registration in the middle of a world.
enum class RegistrationAction : std::uint8_t {
    renew = 0,       // registers once more, after unregistering too
    new_token = 1,   // its push service gives it another token, and it registers that
    unregister = 2,  // is not to be reached any more
};

inline constexpr std::size_t registration_action_count = 3;

std::string_view to_string(RegistrationAction action);

struct RegistrationChange {
    std::uint32_t device = 0;
    Duration at{};  // since the start of the world
    RegistrationAction action = RegistrationAction::renew;
    // new_token: how long the push service goes on delivering to the old one before it says that
    // it is gone.
    Duration old_token_lasts = std::chrono::seconds{20};

    bool operator==(const RegistrationChange&) const = default;
};

// How the devices come to be known to the broker.
enum class RegistrationStart : std::uint8_t {
    live = 0,       // each registers over the network in the first seconds, with credentials
    preloaded = 1,  // a broker snapshot is loaded; equal in effect, for scale
    scratch = 2,    // as live, but each proves its number by SMS and its addresses by mail first
};

inline constexpr std::size_t registration_start_count = 3;

// How what passes between devices and brokers is sealed; see protocol/security/suite.hpp.
using Security = protocol::SealSuite;

// What the wide area between sites does to every datagram, beside its latency.
struct CoreNetwork {
    model::Probability loss{};
    model::Probability duplication{};
    model::Probability reordering{};
    Duration reordering_delay = std::chrono::milliseconds{100};

    bool operator==(const CoreNetwork&) const = default;
};

struct World {
    std::string name = "world";
    std::uint64_t seed = 0;
    Duration duration =
        std::chrono::minutes{4};  // the world ends then, or when nothing is left to happen
    RegistrationStart registration = RegistrationStart::live;
    Security security = Security::real;  // or charged
    bool stream_fallback = true;         // clients go on over streams where UDP is blocked
    CoreNetwork core;
    std::vector<Broker> brokers = {Broker{}};  // sorted by number; the first is number 0
    std::vector<MembershipChange> membership;  // sorted by `at`
    std::array<model::SiteIndex, 2> reflector_sites{};
    std::vector<Relay> relays;  // sorted by number
    protocol::BrokerLimits limits;
    model::PushProfile push = model::apns_profile();
    model::PostProfile sms = model::sms_profile();
    model::PostProfile mail = model::mail_profile();
    std::vector<AccessNetwork> networks;  // each list sorted by number
    std::vector<Profile> profiles;
    std::vector<Device> devices;
    std::vector<Call> calls;                               // sorted by `at`, then number
    std::vector<DeviceMove> moves;                         // sorted by `at`
    std::vector<RegistrationChange> registration_changes;  // sorted by `at`
    std::vector<model::Fault> faults;                      // sorted by start, then number
    std::vector<model::Attacker> attackers;                // sorted by number

    bool operator==(const World&) const = default;
};

// The numbers of the brokers in the cluster after so many of its changes, ascending. At first those
// are in it that no later change lets in.
std::vector<std::uint32_t> members_after(const World& world, std::size_t changes);

// Why the world cannot be run (a call from a device that does not exist, two devices of one number,
// an unsorted list), or nothing.
std::string inconsistency(const World& world);

}  // namespace invitro::scenarios
