#include "protocol/paths/nat_tests.hpp"

#include "protocol/timing.hpp"

namespace invitro::protocol {
namespace {

void send_probe(PathContext& context,
                const Address& local,
                const Address& reflector,
                TransactionId& transaction,
                ReflectOrigin origin) {
    if (transaction.is_none()) transaction = context.draws.transaction();
    context.sender.send(
        local, reflector, ReflectProbe{.transaction = transaction, .origin = origin});
}

}  // namespace

void NatTests::ask(PathContext& context, const Address& local, const Address& reflector) {
    if (!port_passes) {
        send_probe(context, local, reflector, from_port, ReflectOrigin::other_port);
    }
    if (!address_passes) {
        send_probe(context, local, reflector, from_address, ReflectOrigin::other_address);
    }
}

void NatTests::expect(const PathContext& context) {
    if (wait_until == never) wait_until = context.now + timing::filtering_wait;
}

void NatTests::ask_port(PathContext& context, const Address& local, const Address& reflector) {
    if (!to_port.is_none()) return;
    send_probe(context, local, other_port_of(reflector), to_port, ReflectOrigin::same);
    wait_until = context.now + timing::mapping_test_wait;
}

bool NatTests::receive(const ReflectResponse& response) {
    const TransactionId& answered = response.transaction;
    if (answered.is_none() || response.mapped.is_none()) return false;
    if (answered == from_port && !port_passes) return port_passes = true;
    if (answered == from_address && !address_passes) return address_passes = true;
    if (answered != to_port || !mapped_to_port.is_none()) return false;
    mapped_to_port = response.mapped;
    return true;
}

bool NatTests::is_complete(Instant now) const {
    if (from_address.is_none() || now >= wait_until) return true;
    const bool is_mapping_told = to_port.is_none() || !mapped_to_port.is_none();
    return address_passes && is_mapping_told;
}

FilteringBehaviour NatTests::filtering() const {
    if (from_address.is_none() || wait_until == never) return FilteringBehaviour::unknown;
    if (address_passes) return FilteringBehaviour::endpoint_independent;
    if (port_passes) return FilteringBehaviour::address_dependent;
    return FilteringBehaviour::address_and_port_dependent;
}

MappingBehaviour NatTests::dependence(const Address& mapped) const {
    if (mapped_to_port.is_none()) return MappingBehaviour::dependent;
    return mapped_to_port == mapped ? MappingBehaviour::address_dependent
                                    : MappingBehaviour::address_and_port_dependent;
}

}  // namespace invitro::protocol
