#include "properties/generate/simplify.hpp"

#include <algorithm>

namespace invitro::properties {
namespace {

using model::AccessKind;
using model::Fault;
using model::NatKind;
using scenarios::AccessNetwork;
using scenarios::Call;
using scenarios::Device;
using scenarios::DeviceMove;
using scenarios::Duration;
using scenarios::Profile;
using scenarios::World;
using namespace std::chrono_literals;

template <class Item, class Condition>
void drop_if(std::vector<Item>& items, Condition&& condition) {
    items.erase(std::remove_if(items.begin(), items.end(), condition), items.end());
}

template <class Item>
bool has_number(const std::vector<Item>& items, std::uint32_t number) {
    return std::any_of(
        items.begin(), items.end(), [&](const Item& item) { return item.number == number; });
}

// ---- leaving things out takes along what names them ---------------------------------------------

bool is_called(const Profile& profile, const protocol::EndpointIdentifier& callee) {
    return std::find(profile.identifiers.begin(), profile.identifiers.end(), callee) !=
           profile.identifiers.end();
}

bool is_anybodys(const World& world, const protocol::EndpointIdentifier& callee) {
    return std::any_of(world.profiles.begin(), world.profiles.end(), [&](const Profile& profile) {
        return is_called(profile, callee);
    });
}

// A call to a number that nobody had is a call to nobody, and stays.
void drop_orphans(World& world, const World& before) {
    drop_if(world.calls,
            [&](const Call& call) { return !has_number(world.devices, call.initiator); });
    drop_if(world.moves,
            [&](const DeviceMove& move) { return !has_number(world.devices, move.device); });
    drop_if(world.registration_changes, [&](const scenarios::RegistrationChange& change) {
        return !has_number(world.devices, change.device);
    });
    drop_if(world.faults, [&](const Fault& fault) {
        const model::NodeId& target = fault.target;
        if (target.kind == model::NodeKind::broker) {
            return !has_number(world.brokers, target.number);
        }
        if (target.kind == model::NodeKind::relay) return !has_number(world.relays, target.number);
        return target.kind == model::NodeKind::device && !has_number(world.devices, target.number);
    });
    drop_if(world.profiles, [&](const Profile& profile) {
        return std::none_of(world.devices.begin(), world.devices.end(), [&](const Device& device) {
            return device.profile == profile.number;
        });
    });
    drop_if(world.calls, [&](const Call& call) {
        return is_anybodys(before, call.callee) && !is_anybodys(world, call.callee);
    });
    drop_if(world.networks, [&](const AccessNetwork& network) {
        const auto is_home = [&](const Device& one) { return one.network == network.number; };
        const auto is_goal = [&](const DeviceMove& one) {
            return one.move.network == network.number;
        };
        return std::none_of(world.devices.begin(), world.devices.end(), is_home) &&
               std::none_of(world.moves.begin(), world.moves.end(), is_goal);
    });
}

// Collects the simpler worlds.
class Steps {
public:
    explicit Steps(const World& world) : world_(world) {}

    // The world changed by `change`, if that leaves a consistent one.
    template <class Change>
    void attempt(Change&& change) {
        World simpler = world_;
        change(simpler);
        drop_orphans(simpler, world_);
        if (simpler == world_ || simpler.calls.empty()) return;
        if (scenarios::inconsistency(simpler).empty()) steps_.push_back(std::move(simpler));
    }

    // `value(world)` set to `simplest`.
    template <class Value, class T>
    void set(Value&& value, const T& simplest) {
        if (value(world_) == simplest) return;
        attempt([&](World& world) { value(world) = simplest; });
    }

    // Some of a list left out: each half, each quarter, ..., each single one.
    template <class List>
    void drop_parts(List&& list) {
        const std::size_t size = list(world_).size();
        for (std::size_t part = size; part > 0; part /= 2) {
            for (std::size_t begin = 0; begin < size; begin += part) {
                attempt([&](World& world) {
                    auto& items = list(world);
                    const auto from = items.begin() + static_cast<std::ptrdiff_t>(begin);
                    const std::size_t count = std::min(part, size - begin);
                    items.erase(from, from + static_cast<std::ptrdiff_t>(count));
                });
            }
        }
    }

    // A time made smaller and rounder: to `least`, halved in seconds, down to whole seconds,
    // tenths, hundredths, milliseconds.
    template <class Value>
    void round(Value&& value, Duration least) {
        const Duration now = value(world_);
        if (now <= least || now == Duration::max()) return;
        std::vector<Duration> simpler{least, std::chrono::floor<std::chrono::seconds>(now / 2)};
        for (const Duration grain :
             {Duration{10s}, Duration{1s}, Duration{100ms}, Duration{10ms}, Duration{1ms}}) {
            simpler.push_back(now / grain * grain);
        }
        Duration before = now;
        for (const Duration one : simpler) {
            if (one < least || one >= now || one == before) continue;
            attempt([&](World& world) { value(world) = one; });
            before = one;
        }
    }

    std::vector<World> take() { return std::move(steps_); }

private:
    const World& world_;
    std::vector<World> steps_;
};

void sort_calls(World& world) {
    std::sort(world.calls.begin(), world.calls.end(), [](const Call& a, const Call& b) {
        return a.at != b.at ? a.at < b.at : a.number < b.number;
    });
}

void sort_faults(World& world) {
    std::sort(world.faults.begin(), world.faults.end(), [](const Fault& a, const Fault& b) {
        return a.start != b.start ? a.start < b.start : a.number < b.number;
    });
}

// ---- what to try, large steps first -------------------------------------------------------------

void leave_out(Steps& steps, const World& whole) {
    steps.drop_parts([](auto& world) -> auto& { return world.attackers; });
    steps.drop_parts([](auto& world) -> auto& { return world.faults; });
    steps.drop_parts([](auto& world) -> auto& { return world.calls; });
    steps.drop_parts([](auto& world) -> auto& { return world.devices; });
    steps.drop_parts([](auto& world) -> auto& { return world.moves; });
    steps.drop_parts([](auto& world) -> auto& { return world.registration_changes; });
    steps.drop_parts([](auto& world) -> auto& { return world.relays; });
    steps.drop_parts([](auto& world) -> auto& { return world.membership; });
    for (std::size_t i = 1; i < whole.brokers.size(); ++i) {
        steps.attempt([i](World& one) {
            const std::uint32_t gone = one.brokers[i].number;
            drop_if(one.membership, [&](const auto& change) { return change.broker == gone; });
            one.brokers.erase(one.brokers.begin() + static_cast<std::ptrdiff_t>(i));
        });
    }
}

// Another profile is called instead, and the one that is gone has no devices any more.
void replace_callee(World& one, const Profile& gone, const Profile& other) {
    for (Call& call : one.calls) {
        if (is_called(gone, call.callee)) call.callee = other.identifiers.front();
    }
    drop_if(one.devices, [&](const Device& device) { return device.profile == gone.number; });
}

// Another device calls instead, and the one that is gone is no more.
void replace_initiator(World& one, std::uint32_t gone, std::uint32_t other) {
    for (Call& call : one.calls) {
        if (call.initiator == gone) call.initiator = other;
    }
    drop_if(one.devices, [&](const Device& device) { return device.number == gone; });
}

// Somebody left out whose part in a call another takes over.
void replace_people(Steps& steps, const World& world) {
    for (const Profile& gone : world.profiles) {
        for (const Profile& other : world.profiles) {
            if (gone.number == other.number) continue;
            steps.attempt([&](World& one) { replace_callee(one, gone, other); });
        }
    }
    for (const Call& made : world.calls) {
        for (const Device& other : world.devices) {
            if (other.number == made.initiator) continue;
            steps.attempt(
                [&](World& one) { replace_initiator(one, made.initiator, other.number); });
        }
    }
}

void merge_networks(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.devices.size(); ++i) {
        const std::uint32_t first = world.networks.front().number;
        steps.set(
            [i](auto& one) -> auto& { return one.devices[i].network; }, first);
    }
}

void simplify_settings(Steps& steps, const World& world) {
    steps.set(
        [](auto& one) -> auto& { return one.core; }, scenarios::CoreNetwork{});
    steps.set(
        [](auto& one) -> auto& { return one.core.loss; }, model::Probability{});
    steps.set(
        [](auto& one) -> auto& { return one.core.duplication; }, model::Probability{});
    steps.set(
        [](auto& one) -> auto& { return one.core.reordering; }, model::Probability{});
    model::PushProfile plain = model::apns_profile();
    plain.delay = model::constant(500ms);
    plain.loss = plain.duplication = plain.reordering = {};
    plain.reordering_delay = model::constant({});
    steps.set(
        [](auto& one) -> auto& { return one.push; }, plain);
    steps.set(
        [](auto& one) -> auto& { return one.push.delay; }, plain.delay);
    steps.set(
        [](auto& one) -> auto& { return one.push.loss; }, model::Probability{});
    steps.set(
        [](auto& one) -> auto& { return one.push.duplication; }, model::Probability{});
    steps.set(
        [](auto& one) -> auto& { return one.push.reordering; }, model::Probability{});
    steps.set(
        [](auto& one) -> auto& { return one.registration; },
        scenarios::RegistrationStart::preloaded);
    steps.set(
        [](auto& one) -> auto& { return one.registration; }, scenarios::RegistrationStart::live);
    const model::PostProfile prompt{.delay = model::constant(500ms)};
    steps.set(
        [](auto& one) -> auto& { return one.sms; }, prompt);
    steps.set(
        [](auto& one) -> auto& { return one.mail; }, prompt);
    steps.set(
        [](auto& one) -> auto& { return one.security; }, scenarios::Security::charged);
    steps.set(
        [](auto& one) -> auto& { return one.seed; }, std::uint64_t{1});
    for (std::size_t i = 0; i < world.reflector_sites.size(); ++i) {
        steps.set(
            [i](auto& one) -> auto& { return one.reflector_sites[i]; }, world.brokers.front().site);
    }
    steps.attempt([](World& one) {
        const model::SiteIndex first{};
        for (scenarios::Broker& broker : one.brokers) {
            broker.site = first;
        }
        for (scenarios::Relay& relay : one.relays) {
            relay.site = first;
        }
        one.reflector_sites = {first, first};
        for (AccessNetwork& network : one.networks) {
            network.site = first;
        }
    });
}

void simplify_attackers(Steps& steps, const World& world) {
    steps.set(
        [](auto& one) -> auto& { return one.limits; }, protocol::BrokerLimits{});
    for (std::size_t i = 0; i < world.attackers.size(); ++i) {
        const auto attacker = [i](auto& one) -> auto& {
            return one.attackers[i];
        };
        if (world.attackers[i].deeds.size() > 1) {
            steps.drop_parts([=](auto& one) -> auto& { return attacker(one).deeds; });
        }
        for (const Duration every : {Duration{1s}, Duration{100ms}}) {
            if (every <= world.attackers[i].every) continue;
            steps.attempt([&](World& one) { attacker(one).every = every; });
        }
        steps.set(
            [=](auto& one) -> auto& { return attacker(one).site; }, world.brokers.front().site);
    }
}

void simplify_networks(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.networks.size(); ++i) {
        const auto network = [i](auto& one) -> auto& {
            return one.networks[i];
        };
        steps.set(
            [=](auto& one) -> auto& { return network(one).nat; }, model::NatPolicy{});
        steps.set(
            [=](auto& one) -> auto& { return network(one).nat.mapping_timeout; },
            model::NatPolicy{}.mapping_timeout);
        steps.set(
            [=](auto& one) -> auto& { return network(one).nat.hairpinning; }, true);
        steps.set(
            [=](auto& one) -> auto& { return network(one).families; }, model::IpFamilies::v4);
        steps.set(
            [=](auto& one) -> auto& { return network(one).access; }, AccessKind::datacentre);
        if (world.networks[i].access != AccessKind::datacentre) {
            steps.set(
                [=](auto& one) -> auto& { return network(one).access; }, AccessKind::fibre);
        }
        steps.set(
            [=](auto& one) -> auto& { return network(one).site; }, world.brokers.front().site);
    }
}

void simplify_people(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.profiles.size(); ++i) {
        steps.drop_parts([i](auto& one) -> auto& { return one.profiles[i].identifiers; });
    }
    for (std::size_t i = 0; i < world.devices.size(); ++i) {
        const auto reaction = [i](auto& one) -> auto& {
            return one.devices[i].reaction;
        };
        steps.set(reaction, model::Reaction{});
        steps.round([=](auto& one) -> auto& { return reaction(one).after; }, {});
    }
}

void simplify_calls(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.calls.size(); ++i) {
        const auto call = [i](auto& one) -> auto& {
            return one.calls[i];
        };
        steps.set(
            [=](auto& one) -> auto& { return call(one).cancel_after; }, Duration::max());
        steps.set(
            [=](auto& one) -> auto& { return call(one).policy; }, protocol::AnswerPolicy::first);
        steps.set(
            [=](auto& one) -> auto& { return call(one).admits_late_joiners; }, true);
        steps.attempt([&](World& one) {
            call(one).transfer_after = Duration::max();
            call(one).transfer_to = 0;
        });
        steps.round([=](auto& one) -> auto& { return call(one).transfer_after; }, {});
        steps.set(
            [=](auto& one) -> auto& { return call(one).talk; }, Duration{10s});
        if (world.calls[i].lifetime < Call{}.lifetime) {
            steps.set(
                [=](auto& one) -> auto& { return call(one).lifetime; }, Call{}.lifetime);
        }
        steps.round([=](auto& one) -> auto& { return call(one).cancel_after; }, {});
        // Earlier than this, devices are still registering.
        const Duration whole = std::chrono::floor<std::chrono::seconds>(world.calls[i].at);
        for (const Duration at : {Duration{2s}, whole}) {
            if (at >= world.calls[i].at) continue;
            steps.attempt([&](World& one) {
                call(one).at = at;
                sort_calls(one);
            });
        }
    }
}

void simplify_fault(Steps& steps, const Fault& fault, std::size_t i) {
    const auto at = [i](auto& one) -> auto& {
        return one.faults[i];
    };
    if (uses_probability(fault.kind)) {
        steps.set(
            [=](auto& one) -> auto& { return at(one).probability; },
            model::Probability{model::probability_one});
    }
    steps.round([=](auto& one) -> auto& { return at(one).delay; }, {});
    const bool is_endless = fault.end == protocol::never;
    for (const Duration length : {Duration{100ms}, Duration{1s}, Duration{5s}, Duration{20s}}) {
        if (!is_endless && fault.start + length >= fault.end) continue;
        steps.attempt([&](World& one) { at(one).end = fault.start + length; });
    }
    for (const Duration grain : {Duration{1s}, Duration{100ms}}) {
        const Duration start = fault.start.time_since_epoch() / grain * grain;
        if (protocol::Instant{start} == fault.start) continue;
        steps.attempt([&](World& one) {
            at(one).start = protocol::Instant{start};
            sort_faults(one);
        });
    }
    if (is_endless) return;
    for (const Duration grain : {Duration{1s}, Duration{100ms}}) {
        const protocol::Instant end{fault.end.time_since_epoch() / grain * grain};
        if (end == fault.end || end <= fault.start) continue;
        steps.attempt([&](World& one) { at(one).end = end; });
    }
}

void simplify_moves(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.moves.size(); ++i) {
        const Duration at = world.moves[i].move.at;
        for (const Duration grain : {Duration{1s}, Duration{100ms}}) {
            if (at / grain * grain == at) continue;
            steps.attempt([&](World& one) {
                one.moves[i].move.at = at / grain * grain;
                std::stable_sort(one.moves.begin(), one.moves.end(), [](auto& a, auto& b) {
                    return a.move.at < b.move.at;
                });
            });
        }
    }
}

void simplify_registration_changes(Steps& steps, const World& world) {
    for (std::size_t i = 0; i < world.registration_changes.size(); ++i) {
        const auto change = [i](auto& one) -> auto& {
            return one.registration_changes[i];
        };
        steps.set(
            [=](auto& one) -> auto& { return change(one).action; },
            scenarios::RegistrationAction::renew);
        steps.set(
            [=](auto& one) -> auto& { return change(one).old_token_lasts; }, Duration{});
        const Duration at = world.registration_changes[i].at;
        if (at / 1s * Duration{1s} == at) continue;
        steps.attempt([&](World& one) {
            change(one).at = at / 1s * Duration{1s};
            std::stable_sort(one.registration_changes.begin(),
                             one.registration_changes.end(),
                             [](auto& a, auto& b) { return a.at < b.at; });
        });
    }
}

}  // namespace

std::vector<World> simplifications(const World& world) {
    Steps steps(world);
    leave_out(steps, world);
    replace_people(steps, world);
    simplify_settings(steps, world);
    if (!world.networks.empty()) merge_networks(steps, world);
    simplify_attackers(steps, world);
    simplify_networks(steps, world);
    simplify_calls(steps, world);
    simplify_people(steps, world);
    for (std::size_t i = 0; i < world.faults.size(); ++i) {
        simplify_fault(steps, world.faults[i], i);
    }
    simplify_moves(steps, world);
    simplify_registration_changes(steps, world);
    steps.round(
        [](auto& one) -> auto& { return one.duration; }, 10s);
    return steps.take();
}

}  // namespace invitro::properties
