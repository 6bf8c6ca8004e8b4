#include "properties/explore/service_subject.hpp"

#include "properties/explore/service_world.hpp"
#include "protocol/vocabulary/state.hpp"
#include "protocol/wire/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

namespace invitro::properties::explore {
namespace {

using World = std::shared_ptr<const ServiceWorld>;

template <class T>
const T& as(const Machine& machine) {
    return *static_cast<const T*>(machine.get());
}

// Every leaf but statistics, times from now on.
template <class State>
void write_exact(const State& state, Instant now, Bytes& out) {
    protocol::visit_leaves(
        state, [&](auto kind, const protocol::FieldPath& /*path*/, const auto& leaf) {
            constexpr protocol::FieldKind is = decltype(kind)::value;
            if constexpr (is == protocol::FieldKind::time) {
                protocol::leaf::put(out, leaf == protocol::never ? leaf : Instant{leaf - now});
            } else if constexpr (is != protocol::FieldKind::counter) {
                protocol::leaf::put(out, leaf);
            }
        });
}

void write_state(
    const ServiceWorld& world, Node node, const Machine& machine, Instant now, Bytes& out) {
    if (node == ServiceWorld::broker_node) {
        const auto& broker = as<BrokerMachine>(machine);
        write_exact(broker.broker.state(), now, out);
        protocol::leaf::put(out, broker.incarnation);
        // Two disks that come to the same are the same.
        if (broker.after_crash != nullptr) write_exact(*broker.after_crash, now, out);
    } else if (world.is_device(node)) {
        const auto& client = as<ClientMachine>(machine);
        write_exact(client.client.state(), now, out);
        protocol::leaf::put(out, client.incarnation);
        write_exact(client.calls, now, out);
    } else {
        write_exact(as<RelayMachine>(machine).relay.state(), now, out);
    }
}

Places places_of(const ServiceWorld& world, const Symmetry& symmetry) {
    Places places;
    for (std::size_t row = 0; row < world.world.devices.size(); ++row) {
        places.push_back(world.row_of(symmetry.node[world.device_node(row)]));
    }
    return places;
}

void append(Name& name, const Name& more) {
    name.bytes.insert(name.bytes.end(), more.bytes.begin(), more.bytes.end());
    name.references.insert(name.references.end(), more.references.begin(), more.references.end());
}

Name name_broker(const ServiceWorld& world,
                 const Places& places,
                 const BrokerMachine& machine,
                 Instant now) {
    const auto state = machine.broker.state();
    Name name = name_of(world.identities, places, now, state.broker, state.journal);
    protocol::leaf::put(name.bytes, machine.incarnation);
    if (machine.after_crash == nullptr) return name;
    append(name, name_of(world.identities, places, now, *machine.after_crash, {}));
    return name;
}

Name name_state(const ServiceWorld& world,
                Node node,
                const Machine& machine,
                Instant now,
                const Symmetry& symmetry) {
    const Places places = places_of(world, symmetry);
    if (node == ServiceWorld::broker_node) {
        return name_broker(world, places, as<BrokerMachine>(machine), now);
    }
    if (!world.is_device(node)) {
        return name_of(world.identities, places, now, as<RelayMachine>(machine).relay.state());
    }
    const auto& client = as<ClientMachine>(machine);
    Name name = name_of(world.identities, places, now, client.client.state());
    protocol::leaf::put(name.bytes, client.incarnation);
    write_exact(client.calls, now, name.bytes);
    return name;
}

Name name_input(const ServiceWorld& world, const Input& input, const Symmetry& symmetry) {
    const Places places = places_of(world, symmetry);
    Name name;
    name.bytes = {input.content.front(), static_cast<std::uint8_t>(input.is_urgent)};
    if (kind_of(input) == ContentKind::act) {
        const Act act = act_in(input);
        protocol::leaf::put(name.bytes, act.kind);
        protocol::leaf::put(name.bytes, act.row);
        protocol::leaf::put(name.bytes, act.call);
        add_device(world.identities, places, act.device, name);
        return name;
    }
    const Letter letter = letter_in(input);
    add_address(world.identities, places, letter.source, name);
    add_address(world.identities, places, letter.destination, name);
    protocol::leaf::put(name.bytes, letter.sender.kind);
    add_device(world.identities, places, letter.sender.device, name);
    const auto message = protocol::decode(letter.payload);
    if (message) {
        append(name, name_of(world.identities, places, *message));
    } else {
        protocol::leaf::put(name.bytes, letter.payload);
    }
    return name;
}

std::string describe_act(const ServiceWorld& world, const Input& input) {
    const std::string who = world.name_of(input.to);
    switch (act_in(input).kind) {
        case ActKind::place_call:
            return "the user of " + who + " calls";
        case ActKind::answer:
            return "the user of " + who + " answers";
        case ActKind::cancel:
            return "the user of " + who + " gives up";
        case ActKind::choose:
            return "the user of " + who + " chooses";
        case ActKind::hang_up:
            return "the user of " + who + " hangs up";
        case ActKind::transfer:
            return "the user of " + who + " gives the session to another device";
    }
    return who;
}

std::string describe(const ServiceWorld& world, const Input& input) {
    if (kind_of(input) == ContentKind::act) return describe_act(world, input);
    const Letter letter = letter_in(input);
    const auto message = protocol::decode(letter.payload);
    const std::string what = message ? std::string(to_string(protocol::type_of(*message)))
                                     : "something that is no message";
    const std::string to = world.name_of(input.to);
    if (kind_of(input) == ContentKind::push) return fmt::format("{} is pushed to {}", what, to);
    const auto from = world.node_at(letter.source);
    return fmt::format("{} of {} comes to {}",
                       what,
                       from ? world.name_of(*from) : protocol::to_string(letter.source),
                       to);
}

// Devices that may be swapped: of one account, alike in what their users do, and named by no call.
bool are_alike(const ServiceWorld& world, std::uint32_t one, std::uint32_t other) {
    const auto is_named = [&](std::uint32_t row) {
        const std::uint32_t number = world.world.devices[row].number;
        const auto& calls = world.world.calls;
        return std::any_of(calls.begin(), calls.end(), [&](const scenarios::Call& call) {
            const bool transfers = call.transfer_after != Duration::max();
            return call.initiator == number || (transfers && call.transfer_to == number);
        });
    };
    const scenarios::Device& a = world.world.devices[one];
    const scenarios::Device& b = world.world.devices[other];
    return a.profile == b.profile && a.reaction.kind == b.reaction.kind && !is_named(one) &&
           !is_named(other);
}

Symmetry symmetry_of(const ServiceWorld& world, const Places& places) {
    Symmetry symmetry;
    symmetry.node.resize(world.device_node(0));
    std::iota(symmetry.node.begin(), symmetry.node.end(), Node{0});
    for (const std::uint32_t place : places) {
        symmetry.node.push_back(world.device_node(place));
    }
    symmetry.word.resize(world.facts.words());
    for (std::uint32_t call = 0; call < world.facts.calls; ++call) {
        symmetry.word[world.facts.call_word(call)] = world.facts.call_word(call);
        for (std::uint32_t row = 0; row < world.facts.devices; ++row) {
            symmetry.word[world.facts.device_word(call, row)] =
                world.facts.device_word(call, places[row]);
        }
    }
    return symmetry;
}

// All renamings that only swap devices that are alike; of very many the first ones, which by
// themselves need not be all: more states are told apart then.
std::vector<Symmetry> symmetries_of(const ServiceWorld& world) {
    constexpr std::size_t symmetries_max = 24;
    Places places(world.world.devices.size());
    std::iota(places.begin(), places.end(), 0U);
    std::vector<Symmetry> all;
    do {
        bool is_renaming = true;
        for (std::uint32_t row = 0; row < places.size(); ++row) {
            is_renaming = is_renaming && (places[row] == row || are_alike(world, row, places[row]));
        }
        if (is_renaming) all.push_back(symmetry_of(world, places));
    } while (std::next_permutation(places.begin(), places.end()));
    // Only a whole group of renamings names equal states equally.
    if (all.size() > symmetries_max) all.resize(1);
    return all;
}

void add_machines(const World& world, Subject& subject) {
    subject.machines.push_back(std::make_shared<const BrokerMachine>(first_broker_machine(*world)));
    subject.crash_kinds.push_back(CrashKind::crash);
    for (std::size_t row = 0; row < world->world.relays.size(); ++row) {
        subject.machines.push_back(
            std::make_shared<const RelayMachine>(first_relay_machine(*world, row)));
        subject.crash_kinds.push_back(CrashKind::never);
    }
    for (std::uint32_t row = 0; row < world->world.devices.size(); ++row) {
        subject.machines.push_back(
            std::make_shared<const ClientMachine>(first_client_machine(*world, row)));
        subject.crash_kinds.push_back(CrashKind::kill);
    }
    for (std::uint32_t call = 0; call < world->calls.size(); ++call) {
        subject.inputs.push_back(
            act_of(world->device_node(world->calls[call].initiator),
                   {.kind = ActKind::place_call, .row = call, .call = {}, .device = {}}));
    }
}

Instant deadline_of(const ServiceWorld& world, Node node, const Machine& machine) {
    if (node == ServiceWorld::broker_node) {
        return as<BrokerMachine>(machine).broker.next_deadline();
    }
    if (world.is_device(node)) return as<ClientMachine>(machine).client.next_deadline();
    return as<RelayMachine>(machine).relay.next_deadline();
}

}  // namespace

protocol::Result<Subject> service_subject(const scenarios::World& given,
                                          const ServiceOptions& options) {
    auto made = service_world(given, options);
    if (!made) return tl::unexpected(made.error());
    const World world = std::make_shared<const ServiceWorld>(std::move(*made));
    Subject subject;
    add_machines(world, subject);
    subject.fact_words = world->facts.words();
    subject.symmetries = symmetries_of(*world);
    subject.invariants = service_invariants(world->facts, world->calls);
    subject.goals = service_goals(world->facts, world->calls);
    subject.step = [world](Node node,
                           const Machine& machine,
                           Instant now,
                           Happening happening,
                           const Input& input) {
        if (node == ServiceWorld::broker_node) {
            return step_broker(*world, as<BrokerMachine>(machine), now, happening, input);
        }
        if (world->is_device(node)) {
            return step_client(*world, node, as<ClientMachine>(machine), now, happening, input);
        }
        return step_relay(*world, node, as<RelayMachine>(machine), now, happening, input);
    };
    subject.deadline = [world](Node node, const Machine& machine) {
        return deadline_of(*world, node, machine);
    };
    subject.write_state = [world](Node node, const Machine& machine, Instant now, Bytes& out) {
        write_state(*world, node, machine, now, out);
    };
    subject.name_state =
        [world](Node node, const Machine& machine, Instant now, const Symmetry& symmetry) {
            return name_state(*world, node, machine, now, symmetry);
        };
    subject.name_input = [world](const Input& input, const Symmetry& symmetry) {
        return name_input(*world, input, symmetry);
    };
    subject.describe = [world](const Input& input) { return describe(*world, input); };
    subject.describe_node = [world](Node node) { return world->name_of(node); };
    return subject;
}

}  // namespace invitro::properties::explore
