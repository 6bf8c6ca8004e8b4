// From a scenario's distributions to one explicit world.
//
// Every draw is keyed by whose it is (person, device of the person, call) and what for, never by
// what was drawn before. So one person or call fewer leaves all others as they were.
#include "protocol/vocabulary/check.hpp"
#include "scenarios/limits.hpp"
#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

using limits::drawn_number_first;

enum class Purpose : std::uint8_t {
    device_count = 1,
    site = 2,
    access = 3,
    nat = 4,
    reaction = 5,
    answer_after = 6,
    call_at = 7,
    caller = 8,
    initiator = 9,
    callee = 10,
    cancelled = 11,
    cancel_after = 12,
    talk = 13,
    families = 14,
    opens_mail_after = 15,
};

template <class T>
const T& choose(const Mix<T>& mix, std::uint64_t draw) {
    std::uint32_t total = 0;
    for (const Weighted<T>& entry : mix) {
        total += entry.weight;
    }
    CHECK(total > 0, "a mix to draw from has at least one entry with a weight");
    std::uint32_t place = model::below(total, draw);
    const Weighted<T>* chosen = mix.data();
    while (place >= chosen->weight) {
        place -= chosen->weight;
        ++chosen;
    }
    return chosen->value;
}

// Jump consistent hash (Lamping, Veach 2014), in integers: a whole number in [0, count) that stays
// the same when count changes, but for the share that must move. With one person fewer, only calls
// to or from that person find somebody else.
std::uint32_t jump(std::uint32_t count, std::uint64_t key) {
    std::uint64_t chosen = 0;
    std::uint64_t next = 0;
    while (next < count) {
        chosen = next;
        key = key * 2862933555777941757U + 1;
        next = ((chosen + 1) << 31) / ((key >> 33) + 1);
    }
    return static_cast<std::uint32_t>(chosen);
}

// The identifiers of the person drawn as number `person`: in turn a phone number of the reserved
// country code 999 and an email address.
EndpointIdentifier drawn_identifier(std::uint32_t person, std::uint32_t index) {
    std::string text = fmt::format("person{}@example.org", person);
    if (index % 2 == 0) text = fmt::format("+999{}{:08}", index, person);
    if (index > 1 && index % 2 == 1) text = fmt::format("person{}.{}@example.org", person, index);
    return *EndpointIdentifier::parse(text);
}

// Draws the population and the calls of a scenario into a world.
class Expansion {
public:
    Expansion(const Scenario& scenario, std::uint64_t seed)
        : scenario_(scenario),
          seed_(seed),
          world_(scenario.world),
          crowd_(model::exponential(scenario.workload.span / 6)) {
        world_.seed = seed;
        for (const auto& [name, weight] : scenario.population.sites) {
            const auto site = model::builtin_metros().find(name);
            CHECK(site.has_value(), "the sites of a population exist");
            sites_.push_back({*site, weight});
        }
    }

    World run() {
        const std::uint32_t people = scenario_.population.people;
        for (std::uint32_t person = 0; person < people; ++person) {
            add_person(person);
        }
        device_first_.push_back(device_next_);
        const std::uint32_t calls = people < 2 ? 0 : scenario_.workload.calls;
        for (std::uint32_t call = 0; call < calls; ++call) {
            add_call(call);
        }
        std::sort(world_.calls.begin(), world_.calls.end(), [](const Call& a, const Call& b) {
            return a.at != b.at ? a.at < b.at : a.number < b.number;
        });
        return std::move(world_);
    }

private:
    template <class... Keys>
    [[nodiscard]] std::uint64_t draw(Purpose purpose, Keys... keys) const {
        return model::draw(seed_, model::Subsystem::expansion, purpose, keys...);
    }

    void add_person(std::uint32_t person) {
        const Population& population = scenario_.population;
        Profile profile{.number = drawn_number_first + person, .identifiers = {}};
        for (std::uint32_t i = 0; i < population.identifiers_per_person; ++i) {
            profile.identifiers.push_back(drawn_identifier(person, i));
        }
        const std::uint32_t count =
            choose(population.devices_per_person, draw(Purpose::device_count, person));
        device_first_.push_back(device_next_);
        for (std::uint32_t index = 0; index < count; ++index) {
            if (index == 0 || !population.shared_network) add_network(person, index);
            add_device(profile.number, person, index);
        }
        world_.profiles.push_back(std::move(profile));
    }

    void add_network(std::uint32_t person, std::uint32_t index) {
        const Population& population = scenario_.population;
        AccessNetwork network;
        network.number = network_next_++;
        network.site = choose(sites_, draw(Purpose::site, person));
        network.access = choose(population.access, draw(Purpose::access, person, index));
        network.nat = choose(population.nat, draw(Purpose::nat, person, index));
        network.families = choose(population.families, draw(Purpose::families, person, index));
        world_.networks.push_back(network);
    }

    void add_device(std::uint32_t profile, std::uint32_t person, std::uint32_t index) {
        const Behaviour& behaviour = scenario_.behaviour;
        Device device{.number = device_next_++,
                      .profile = profile,
                      .network = world_.networks.back().number,
                      .reaction = {}};
        device.reaction.kind = choose(behaviour.reaction, draw(Purpose::reaction, person, index));
        if (device.reaction.kind != model::ReactionKind::ignore) {
            device.reaction.after =
                behaviour.answer_after.sample(draw(Purpose::answer_after, person, index));
        }
        device.opens_mail_after =
            behaviour.opens_mail_after.sample(draw(Purpose::opens_mail_after, person, index));
        world_.devices.push_back(device);
    }

    void add_call(std::uint32_t index) {
        const Workload& workload = scenario_.workload;
        const std::uint32_t caller = draw_caller(index);
        const std::uint32_t device = device_first_[caller];
        const std::uint32_t device_count = device_first_[caller + 1] - device;
        Call call;
        call.number = drawn_number_first + index;
        call.at = workload.start + arrival(index);
        call.initiator = device + model::below(device_count, draw(Purpose::initiator, index));
        call.callee = drawn_identifier(draw_callee(index, caller), 0);
        call.policy = workload.policy;
        call.lifetime = workload.lifetime;
        call.talk = workload.talk.sample(draw(Purpose::talk, index));
        if (model::happens(workload.cancelled, draw(Purpose::cancelled, index))) {
            call.cancel_after = workload.cancel_after.sample(draw(Purpose::cancel_after, index));
        }
        world_.calls.push_back(call);
    }

    [[nodiscard]] std::uint32_t draw_caller(std::uint32_t call) const {
        return jump(scenario_.population.people, draw(Purpose::caller, call));
    }

    // Anybody but the caller.
    [[nodiscard]] std::uint32_t draw_callee(std::uint32_t call, std::uint32_t caller) const {
        std::uint32_t callee = caller;
        for (std::uint32_t attempt = 0; callee == caller; ++attempt) {
            callee = jump(scenario_.population.people, draw(Purpose::callee, call, attempt));
        }
        return callee;
    }

    // When the call falls, after the start of the span.
    [[nodiscard]] Duration arrival(std::uint32_t call) const {
        const Workload& workload = scenario_.workload;
        const std::uint64_t chance = draw(Purpose::call_at, call);
        switch (workload.arrivals) {
            case Arrivals::evenly:
                return workload.span / workload.calls * call;
            // A Poisson process of which the number of arrivals is known: each falls anywhere.
            case Arrivals::poisson:
                return model::uniform({}, workload.span).sample(chance);
            case Arrivals::burst:
                return std::min(workload.span, crowd_.sample(chance));
        }
        return {};
    }

    const Scenario& scenario_;
    std::uint64_t seed_;
    World world_;
    model::QuantileTable crowd_;  // of arrivals in a burst
    Mix<model::SiteIndex> sites_;
    std::vector<std::uint32_t> device_first_;  // of each person, and one past the last
    std::uint32_t device_next_ = drawn_number_first;
    std::uint32_t network_next_ = drawn_number_first;
};

}  // namespace

World expand(const Scenario& scenario, std::uint64_t seed) {
    return Expansion(scenario, seed).run();
}

Scenario scenario_of(const World& world) {
    Scenario scenario;
    scenario.world = world;
    return scenario;
}

}  // namespace invitro::scenarios
