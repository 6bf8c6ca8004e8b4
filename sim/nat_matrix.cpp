#include "sim/nat_matrix.hpp"

#include "protocol/wire/codec.hpp"
#include "sim/observer.hpp"
#include "sim/run.hpp"

#include <string>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using model::NatKind;

constexpr std::uint32_t initiator_number = 0;
constexpr std::uint32_t recipient_number = 1;

// Counts a pair as connected when both ends say so, whatever each believes of the other; and by a
// relay where one has carried what they said to each other.
class Outcome : public Observer {
public:
    void observe(const model::Event& event) override {
        if (event.header.node.kind == model::NodeKind::relay) {
            const auto* sent = std::get_if<model::DatagramSent>(&event.body);
            if (sent != nullptr && is_session_data(sent->payload)) is_relayed_ = true;
            return;
        }
        const auto* notified = std::get_if<model::Notified<protocol::Notification>>(&event.body);
        if (notified == nullptr) return;
        if (!std::holds_alternative<protocol::Connected>(notified->notification)) return;
        if (event.header.node.number == initiator_number) initiator_ = true;
        if (event.header.node.number == recipient_number) recipient_ = true;
    }

    [[nodiscard]] Connectivity connectivity() const {
        if (!initiator_ || !recipient_) return Connectivity::failed;
        return is_relayed_ ? Connectivity::relay : Connectivity::direct;
    }

private:
    static bool is_session_data(protocol::ByteView payload) {
        const auto outer = protocol::decode(payload);
        const auto* data = outer ? std::get_if<protocol::RelayData>(&*outer) : nullptr;
        if (data == nullptr) return false;
        const auto inner = protocol::decode(data->payload.view());
        return inner && std::holds_alternative<protocol::SessionData>(*inner);
    }

    bool initiator_ = false;
    bool recipient_ = false;
    bool is_relayed_ = false;
};

void add_person(scenarios::World& world,
                std::uint32_t number,
                NatKind kind,
                std::string_view phone) {
    world.profiles.push_back(
        {.number = number, .identifiers = {*protocol::EndpointIdentifier::parse(phone)}});
    world.networks.push_back({.number = number,
                              .site = model::SiteIndex{static_cast<std::uint16_t>(number)},
                              .access = model::AccessKind::datacentre,
                              .nat = {.kind = kind}});
    world.devices.push_back({.number = number,
                             .profile = number,
                             .network = number,
                             .reaction = {.kind = model::ReactionKind::accept, .after = 1s}});
}

}  // namespace

std::string_view to_string(Connectivity connectivity) {
    switch (connectivity) {
        case Connectivity::direct:
            return "direct";
        case Connectivity::relay:
            return "relay";
        case Connectivity::failed:
            return "failed";
    }
    return "unknown";
}

scenarios::World nat_world(NatKind initiator, NatKind recipient, std::uint64_t seed) {
    scenarios::World world;
    world.name = "nat-matrix";
    world.seed = seed;
    world.duration = 3min;
    world.relays.push_back({.number = 0});
    world.push.loss = {};
    world.push.duplication = {};
    world.push.reordering = {};
    add_person(world, initiator_number, initiator, "+4930100");
    add_person(world, recipient_number, recipient, "+4930200");
    world.calls.push_back({.number = 0,
                           .at = 5s,
                           .initiator = initiator_number,
                           .callee = world.profiles[recipient_number].identifiers[0]});
    return world;
}

Connectivity try_world(const scenarios::World& world, Platform& platform) {
    Outcome outcome;
    Observer* const observers[] = {&outcome};
    run_world(world, platform, observers);
    return outcome.connectivity();
}

Connectivity try_pair(NatKind initiator,
                      NatKind recipient,
                      std::uint64_t seed,
                      Platform& platform,
                      bool has_fallback) {
    scenarios::World world = nat_world(initiator, recipient, seed);
    world.stream_fallback = has_fallback;
    return try_world(world, platform);
}

NatMatrix nat_matrix(std::uint64_t seed, Platform& platform, bool has_fallback) {
    NatMatrix matrix{};
    for (std::size_t row = 0; row < model::nat_kind_count; ++row) {
        for (std::size_t column = 0; column < model::nat_kind_count; ++column) {
            matrix[row][column] = try_pair(static_cast<NatKind>(row),
                                           static_cast<NatKind>(column),
                                           seed,
                                           platform,
                                           has_fallback);
        }
    }
    return matrix;
}

}  // namespace invitro::sim
