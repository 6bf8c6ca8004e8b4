// What a client finds out about its NAT is what the model does, for every kind.
#include "protocol/wire/codec.hpp"
#include "sim/nat_matrix.hpp"
#include "sim/observer.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace invitro::sim {
namespace {

using model::Dependence;
using model::NatKind;
using protocol::FilteringBehaviour;
using protocol::MappingBehaviour;

// The connection data of the call's initiator.
class Offer : public Observer {
public:
    void observe(const model::Event& event) override {
        const auto* sent = std::get_if<model::DatagramSent>(&event.body);
        if (sent == nullptr || event.header.node.kind != model::NodeKind::device) return;
        const auto message = protocol::decode(model::message_in(*sent));
        const auto* request = message ? std::get_if<protocol::InviteRequest>(&*message) : nullptr;
        if (request != nullptr) data = request->connection;
    }

    std::optional<protocol::ConnectionData> data;
};

protocol::ConnectionData offer_of(NatKind kind) {
    Offer offer;
    Observer* const observers[] = {&offer};
    run_world(nat_world(kind, NatKind::pub, 1), shared_test_platform(), observers);
    return offer.data.value_or(protocol::ConnectionData{});
}

MappingBehaviour mapping_word(NatKind kind) {
    if (!model::translates(kind)) return MappingBehaviour::none;
    switch (model::mapping_of(kind)) {
        case Dependence::endpoint_independent:
            return MappingBehaviour::endpoint_independent;
        case Dependence::address_dependent:
            return MappingBehaviour::address_dependent;
        case Dependence::address_and_port_dependent:
            return MappingBehaviour::address_and_port_dependent;
    }
    return MappingBehaviour::unknown;
}

FilteringBehaviour filtering_word(NatKind kind) {
    if (kind == NatKind::pub) return FilteringBehaviour::endpoint_independent;
    switch (model::filtering_of(kind)) {
        case Dependence::endpoint_independent:
            return FilteringBehaviour::endpoint_independent;
        case Dependence::address_dependent:
            return FilteringBehaviour::address_dependent;
        case Dependence::address_and_port_dependent:
            return FilteringBehaviour::address_and_port_dependent;
    }
    return FilteringBehaviour::unknown;
}

TEST(NatBehaviour, is_told_for_every_kind_as_the_model_has_it) {
    for (std::size_t i = 0; i < model::nat_kind_count; ++i) {
        const auto kind = static_cast<NatKind>(i);
        if (kind == NatKind::blk) continue;
        const protocol::ConnectionData data = offer_of(kind);
        EXPECT_EQ(data.mapping, mapping_word(kind)) << model::to_string(kind);
        EXPECT_EQ(data.filtering, filtering_word(kind)) << model::to_string(kind);
    }
}

}  // namespace
}  // namespace invitro::sim
