#include "properties/generate/world.hpp"

#include "properties/generate/swarm.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::properties {
namespace {

using model::AccessKind;
using model::FaultKind;
using model::NatKind;
using model::NodeId;
using model::NodeKind;
using model::ReactionKind;
using scenarios::Call;
using scenarios::Device;
using scenarios::Duration;
using scenarios::World;
using namespace std::chrono_literals;

model::Probability of_percent(std::uint64_t percent) {
    return model::Probability{(percent * model::probability_one + 50) / 100};
}

class Generator {
public:
    Generator(Draws draws, int size)
        : draws_(draws), size_(static_cast<std::uint32_t>(size)), swarm_(draw_swarm(draws_)) {}

    World run() {
        settings();
        people();
        calls();
        if (swarm_.cluster && draws_.one_in(2)) membership();
        if (swarm_.moves) moves();
        if (swarm_.registration_changes) registration_changes();
        if (!swarm_.faults.empty()) faults();
        if (swarm_.hostile) attackers();
        if (swarm_.overload) overload();
        finish();
        return std::move(world_);
    }

private:
    model::SiteIndex site() {
        const auto count = static_cast<std::uint32_t>(model::builtin_metros().sites.size());
        return static_cast<model::SiteIndex>(draws_.below(count));
    }

    // A share of one of a few sizes, small ones more often.
    model::Probability share() {
        static const std::vector<std::uint64_t> percents{1, 2, 5, 10, 30, 50, 100};
        return of_percent(draws_.one_of(percents));
    }

    model::Probability small_share() { return of_percent(draws_.between(1U, 5U)); }

    void settings() {
        world_.seed = draws_.next();
        world_.brokers.front().site = site();
        for (model::SiteIndex& reflector : world_.reflector_sites) {
            reflector = site();
        }
        if (!swarm_.really_sealed) world_.security = scenarios::Security::charged;
        if (swarm_.relays) relays();
        if (swarm_.cluster) {
            const std::uint32_t further = 1 + draws_.below(3);
            for (std::uint32_t i = 1; i <= further; ++i)
                world_.brokers.push_back({.number = i, .site = site()});
        }
        if (swarm_.preloaded) world_.registration = scenarios::RegistrationStart::preloaded;
        if (swarm_.scratch) from_scratch();
        if (swarm_.constant_push) world_.push.delay = model::constant(draws_.between(50ms, 1500ms));
        if (swarm_.push_trouble) {
            if (draws_.one_in(2)) world_.push.loss = share();
            if (draws_.one_in(2)) world_.push.duplication = share();
            if (draws_.one_in(2)) world_.push.reordering = share();
            world_.push.reordering_delay = model::constant(draws_.between(100ms, 3000ms));
        }
        if (swarm_.core_trouble) {
            if (draws_.one_in(2)) world_.core.loss = small_share();
            if (draws_.one_in(2)) world_.core.duplication = share();
            if (draws_.one_in(2)) world_.core.reordering = share();
            world_.core.reordering_delay = draws_.between(10ms, 400ms);
        }
    }

    // Now and then one that is soon full.
    void relays() {
        const std::uint32_t count = 1 + draws_.below(2);
        for (std::uint32_t i = 0; i < count; ++i) {
            scenarios::Relay relay{.number = i, .site = site()};
            if (draws_.one_in(4)) relay.couplings = draws_.below(3);
            world_.relays.push_back(relay);
        }
    }

    // Proofs come in time for most calls, so that worlds stay short.
    void from_scratch() {
        world_.registration = scenarios::RegistrationStart::scratch;
        world_.sms.delay = model::constant(draws_.between(200ms, 4'000ms));
        world_.mail.delay = model::constant(draws_.between(200ms, 4'000ms));
        for (model::PostProfile* post : {&world_.sms, &world_.mail}) {
            if (draws_.one_in(2)) post->loss = share();
            if (draws_.one_in(2)) post->duplication = share();
        }
    }

    std::uint32_t add_network() {
        const auto number = static_cast<std::uint32_t>(world_.networks.size());
        model::NatPolicy nat{.kind = draws_.one_of(swarm_.nats)};
        if (swarm_.short_mappings) nat.mapping_timeout = draws_.between(30'000ms, 60'000ms);
        nat.hairpinning = !draws_.one_in(4);
        const AccessKind access = draws_.one_of(swarm_.accesses);
        const model::SiteIndex where = site();
        world_.networks.push_back({.number = number, .site = where, .access = access, .nat = nat});
        if (swarm_.ip_families) world_.networks.back().families = families();
        return number;
    }

    // Now and then two ends have no family in common.
    model::IpFamilies families() {
        static const std::vector<model::IpFamilies> kinds{model::IpFamilies::v4,
                                                          model::IpFamilies::v6,
                                                          model::IpFamilies::dual,
                                                          model::IpFamilies::dual};
        return draws_.one_of(kinds);
    }

    void add_profile(std::uint32_t devices) {
        const auto number = static_cast<std::uint32_t>(world_.profiles.size());
        scenarios::Profile profile{.number = number, .identifiers = {}};
        const std::uint32_t identifiers = swarm_.several_identifiers ? draws_.between(1U, 3U) : 1;
        for (std::uint32_t i = 0; i < identifiers; ++i) {
            const std::string text = i == 0 ? fmt::format("+4930{:06}", number)
                                            : fmt::format("p{}.{}@example.org", number, i);
            profile.identifiers.push_back(*protocol::EndpointIdentifier::parse(text));
        }
        world_.profiles.push_back(std::move(profile));
        const std::uint32_t home = add_network();
        for (std::uint32_t i = 0; i < devices; ++i) {
            Device device;
            device.number = device_count();
            device.profile = number;
            const bool is_home = i == 0 || (swarm_.shared_networks && draws_.one_in(2));
            device.network = is_home ? home : add_network();
            device.reaction = reaction();
            if (swarm_.scratch) {
                device.opens_mail_after =
                    draws_.one_in(5) ? Duration::max() : draws_.between(500ms, 5'000ms);
            }
            world_.devices.push_back(device);
        }
    }

    model::Reaction reaction() {
        static const std::vector<ReactionKind> declining{ReactionKind::accept,
                                                         ReactionKind::accept,
                                                         ReactionKind::decline_here,
                                                         ReactionKind::decline_everywhere,
                                                         ReactionKind::busy,
                                                         ReactionKind::ignore};
        ReactionKind kind = ReactionKind::accept;
        if (swarm_.declines) {
            kind = draws_.one_of(declining);
        } else if (draws_.one_in(6)) {
            kind = ReactionKind::ignore;
        }
        if (kind == ReactionKind::ignore) return {};
        // Within one round trip of each other, or as people are.
        const Duration after = swarm_.accept_together ? accept_after_ + draws_.between(0ms, 60ms)
                                                      : draws_.between(0ms, 12'000ms);
        return {.kind = kind, .after = after};
    }

    void people() {
        accept_after_ = draws_.between(0ms, 6'000ms);
        add_profile(1 + draws_.below(1 + size_ / 60));
        const std::uint32_t callees = swarm_.several_callees ? 1 + draws_.below(1 + size_ / 40) : 1;
        for (std::uint32_t i = 0; i < callees; ++i) {
            add_profile(1 + draws_.below(1 + size_ / 20));
        }
    }

    void calls() {
        const std::uint32_t count = swarm_.several_calls ? 1 + draws_.below(1 + size_ / 40) : 1;
        Duration at = draws_.between(2'000ms, 6'000ms);
        if (swarm_.scratch) at += draws_.between(0ms, 12'000ms);
        for (std::uint32_t i = 0; i < count; ++i) {
            add_call(i, at);
            at += draws_.one_in(3) ? draws_.between(0ms, 100ms) : draws_.between(0ms, 20'000ms);
        }
        if (swarm_.crossing) cross(count);
    }

    void add_call(std::uint32_t number, Duration at) {
        Call call;
        call.number = number;
        call.at = at;
        const std::uint32_t caller_count = number == 0 ? 1 : device_count();
        call.initiator = draws_.below(caller_count);
        const std::uint32_t caller = world_.devices[call.initiator].profile;
        const auto profiles = static_cast<std::uint32_t>(world_.profiles.size());
        const std::uint32_t callee = (caller + 1 + draws_.below(profiles - 1)) % profiles;
        call.callee = draws_.one_of(world_.profiles[callee].identifiers);
        if (swarm_.unknown_callees && draws_.one_in(2)) {
            call.callee = *protocol::EndpointIdentifier::parse("nobody@example.org");
        }
        if (swarm_.policies) {
            call.policy =
                static_cast<protocol::AnswerPolicy>(draws_.below(protocol::answer_policy_count));
        }
        static const std::vector<Duration> short_ones{5s, 10s, 15s};
        static const std::vector<Duration> long_ones{30s, 60s};
        call.lifetime = draws_.one_of(swarm_.short_lifetimes ? short_ones : long_ones);
        // Now and then longer than a session without keep-alives or an unused mapping lasts.
        call.talk =
            draws_.one_in(4) ? draws_.between(20'000ms, 120'000ms) : draws_.between(500ms, 8'000ms);
        if (swarm_.cancels && draws_.one_in(2)) call.cancel_after = cancel_after();
        if (swarm_.transfers && draws_.one_in(2)) transfer(call, caller, callee);
        if (swarm_.closed_sets) call.admits_late_joiners = draws_.one_in(3);
        world_.calls.push_back(call);
    }

    // To another device of one of the two, while they talk or about when the session begins.
    void transfer(Call& call, std::uint32_t caller, std::uint32_t callee) {
        const std::uint32_t profile = draws_.one_in(2) ? caller : callee;
        std::vector<std::uint32_t> theirs;
        for (const Device& device : world_.devices) {
            if (device.profile == profile && device.number != call.initiator) {
                theirs.push_back(device.number);
            }
        }
        if (theirs.empty()) return;
        call.transfer_to = draws_.one_of(theirs);
        call.transfer_after =
            draws_.one_in(3) ? draws_.between(0ms, 500ms) : draws_.between(1'000ms, 20'000ms);
        call.talk = std::max<Duration>(call.talk, 30s);
    }

    // Somebody who is being called calls back: within a round trip, or about when it rings.
    void cross(std::uint32_t number) {
        Call call = draws_.one_of(world_.calls);
        const auto callee = std::find_if(
            world_.profiles.begin(), world_.profiles.end(), [&](const scenarios::Profile& one) {
                return std::find(one.identifiers.begin(), one.identifiers.end(), call.callee) !=
                       one.identifiers.end();
            });
        if (callee == world_.profiles.end()) return;  // whom nobody has registered calls nobody
        // A call that crosses is between the names that people show each other.
        const std::uint32_t caller = world_.devices[call.initiator].profile;
        for (Call& crossed : world_.calls) {
            if (crossed.number == call.number) crossed.callee = callee->identifiers.front();
        }
        std::vector<std::uint32_t> theirs;
        for (const Device& device : world_.devices) {
            if (device.profile == callee->number) theirs.push_back(device.number);
        }
        call.number = number;
        call.transfer_after = Duration::max();
        call.transfer_to = 0;
        call.initiator = draws_.one_of(theirs);
        call.callee = world_.profiles[caller].identifiers.front();
        const Duration ring = world_.push.delay.median() + 300ms;
        const auto late = std::chrono::ceil<std::chrono::milliseconds>(2 * ring);
        call.at += draws_.one_in(3) ? draws_.between(0ms, late) : draws_.between(0ms, 150ms);
        world_.calls.push_back(call);
        std::sort(world_.calls.begin(), world_.calls.end(), [](const Call& a, const Call& b) {
            return a.at != b.at ? a.at < b.at : a.number < b.number;
        });
    }

    // Any time, or about when the first device accepts: what a push takes, and its user's time.
    Duration cancel_after() {
        if (draws_.one_in(2)) return draws_.between(0ms, 15'000ms);
        const Duration ring = world_.push.delay.median() + draws_.between(50ms, 600ms);
        return draws_.one_in(2) ? ring + accept_after_ : ring;
    }

    [[nodiscard]] std::uint32_t device_count() const {
        return static_cast<std::uint32_t>(world_.devices.size());
    }

    // A moment that matters to a call: its start, the ringing, an accept, shortly after.
    Duration moment() {
        const Call& call = draws_.one_of(world_.calls);
        const Device& device = draws_.one_of(world_.devices);
        const Duration ring = call.at + world_.push.delay.median() + 300ms;
        switch (draws_.below(4)) {
            case 0:
                return call.at + draws_.between(0ms, 500ms);
            case 1:
                return ring + draws_.between(0ms, 300ms);
            case 2:
                return ring + device.reaction.after + draws_.between(0ms, 500ms);
            default:
                return call.at + draws_.between(0ms, 15'000ms);
        }
    }

    void moves() {
        const std::uint32_t count = 1 + draws_.below(2);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t device = draws_.below(device_count());
            const Duration at = moment();
            const bool is_new = draws_.one_in(2);
            const auto networks = static_cast<std::uint32_t>(world_.networks.size());
            const std::uint32_t network = is_new ? add_network() : draws_.below(networks);
            world_.moves.push_back({.device = device, .move = {.at = at, .network = network}});
        }
        std::stable_sort(world_.moves.begin(),
                         world_.moves.end(),
                         [](const auto& a, const auto& b) { return a.move.at < b.move.at; });
    }

    // The last broker joins the others, and after that one may leave; or one leaves.
    void membership() {
        const auto count = static_cast<std::uint32_t>(world_.brokers.size());
        const Duration at = moment();
        if (draws_.one_in(3)) {
            world_.membership.push_back({.at = at,
                                         .broker = draws_.below(count),
                                         .step = scenarios::MembershipStep::leave});
            return;
        }
        world_.membership.push_back(
            {.at = at, .broker = count - 1, .step = scenarios::MembershipStep::join});
        if (draws_.one_in(2)) return;
        const Duration later = at + draws_.between(0ms, 20'000ms);
        world_.membership.push_back(
            {.at = later, .broker = draws_.below(count), .step = scenarios::MembershipStep::leave});
    }

    // Draws nothing where there is no choice.
    NodeId some_broker() {
        const auto count = static_cast<std::uint32_t>(world_.brokers.size());
        return {.kind = NodeKind::broker, .number = count == 1 ? 0 : draws_.below(count)};
    }

    // Somebody whose datagrams it concerns, other than a device.
    NodeId infrastructure() {
        if (world_.relays.empty() || draws_.one_in(2)) return some_broker();
        return {.kind = NodeKind::relay, .number = draws_.one_of(world_.relays).number};
    }

    void registration_changes() {
        using scenarios::RegistrationAction;
        static const std::vector<RegistrationAction> actions{RegistrationAction::renew,
                                                             RegistrationAction::new_token,
                                                             RegistrationAction::new_token,
                                                             RegistrationAction::unregister};
        const std::uint32_t count = 1 + draws_.below(3);
        for (std::uint32_t i = 0; i < count; ++i) {
            scenarios::RegistrationChange change;
            change.device = draws_.below(device_count());
            change.at = moment();
            change.action = draws_.one_of(actions);
            change.old_token_lasts = draws_.one_in(2) ? Duration{} : draws_.between(0ms, 20'000ms);
            world_.registration_changes.push_back(change);
        }
        std::stable_sort(world_.registration_changes.begin(),
                         world_.registration_changes.end(),
                         [](const auto& a, const auto& b) { return a.at < b.at; });
    }

    NodeId target(FaultKind kind) {
        const bool needs_device = strikes_devices(kind);
        const NodeId device{.kind = NodeKind::device, .number = draws_.below(device_count())};
        if (strikes_brokers(kind)) return some_broker();
        if (strikes_relays(kind)) {
            return {.kind = NodeKind::relay, .number = draws_.one_of(world_.relays).number};
        }
        if (needs_device || !draws_.one_in(3)) return device;
        if (is_push(kind) || is_post(kind) || draws_.one_in(2)) return {};
        return infrastructure();
    }

    static bool is_push(FaultKind kind) {
        return kind == FaultKind::push_loss || kind == FaultKind::push_duplication ||
               kind == FaultKind::push_delay || kind == FaultKind::push_outage;
    }

    static bool is_post(FaultKind kind) {
        return kind == FaultKind::sms_loss || kind == FaultKind::mail_delay;
    }

    void faults() {
        const std::uint32_t count = 1 + draws_.below(2 + size_ / 20);
        for (std::uint32_t i = 0; i < count; ++i) {
            model::Fault fault{.number = i, .kind = draws_.one_of(swarm_.faults)};
            fault.start = protocol::Instant{draws_.one_in(8) ? Duration{} : moment()};
            fault.end = fault.start + (draws_.one_in(3) ? draws_.between(100ms, 40'000ms)
                                                        : draws_.between(50ms, 8'000ms));
            fault.target = target(fault.kind);
            if (uses_probability(fault.kind)) fault.probability = share();
            if (uses_delay(fault.kind)) fault.delay = draws_.between(10ms, 2'000ms);
            // One device is left broken for good now and then: its siblings must not mind.
            const bool is_device = fault.target.kind == NodeKind::device;
            if (is_device && !is_momentary(fault.kind) && draws_.one_in(10)) {
                fault.end = protocol::never;
            }
            world_.faults.push_back(fault);
        }
        std::sort(world_.faults.begin(), world_.faults.end(), [](const auto& a, const auto& b) {
            return a.start != b.start ? a.start < b.start : a.number < b.number;
        });
    }

    // While the first calls ring and are answered, at a rate that leaves room for honest ones; now
    // and then the broker takes on so little that even those are refused.
    void attackers() {
        const std::uint32_t count = 1 + draws_.below(2);
        for (std::uint32_t i = 0; i < count; ++i) {
            model::Attacker attacker{.number = i, .site = site(), .deeds = {}};
            attacker.start = protocol::Instant{draws_.between(0ms, 4'000ms)};
            attacker.end = attacker.start + draws_.between(2'000ms, 20'000ms);
            attacker.every = draws_.between(50ms, 1'000ms);
            attacker.deeds = subset<model::Deed>(draws_, model::deed_count, 2);
            // A broker that has crashed has forgotten what it has seen, and takes each once more.
            const bool forgets = std::any_of(
                world_.faults.begin(), world_.faults.end(), [](const model::Fault& fault) {
                    return fault.kind == FaultKind::broker_crash;
                });
            if (forgets) std::erase(attacker.deeds, model::Deed::replay);
            if (attacker.deeds.empty()) attacker.deeds.push_back(model::Deed::forge_answers);
            world_.attackers.push_back(attacker);
        }
        if (draws_.one_in(3)) world_.limits.calls_max = draws_.between(1U, 8U);
    }

    // A broker that takes on less than honest people ask of it, or less often; attackers have
    // nothing to do with it.
    void overload() {
        if (draws_.one_in(2)) {
            world_.limits.calls_max = draws_.between(1U, 2U);
            world_.limits.retry_after = draws_.between(1'000ms, 5'000ms);
        } else {
            world_.limits.calls_per_caller = {.burst = 1,
                                              .every = draws_.between(2'000ms, 20'000ms)};
        }
    }

    // Long enough for the last invitation and its session, and for whoever is left waiting after
    // it.
    void finish() {
        Duration last{};
        for (const Call& call : world_.calls) {
            last = std::max(last, call.at + call.lifetime + 2 * call.talk);
        }
        world_.duration =
            last + protocol::timing::grace + protocol::timing::nomination_wait_max + 30s;
    }

    Draws draws_;
    std::uint32_t size_;
    Swarm swarm_;
    Duration accept_after_{};
    World world_;
};

}  // namespace

World generate_world(Draws draws, int size) {
    return Generator(draws, size).run();
}

}  // namespace invitro::properties
