#include "scenarios/world.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace invitro::scenarios {
namespace {

using namespace std::chrono_literals;

EndpointIdentifier identifier(std::string_view text) {
    return *EndpointIdentifier::parse(text);
}

// Two people with a device each; one calls, the other moves, the net is lossy for a while.
World small_world() {
    World world;
    world.networks = {{.number = 1, .nat = {}}, {.number = 2, .nat = {}}};
    world.profiles = {{.number = 1, .identifiers = {identifier("a@example.org")}},
                      {.number = 2, .identifiers = {identifier("b@example.org")}}};
    world.devices = {{.number = 1, .profile = 1, .network = 1, .reaction = {}},
                     {.number = 2, .profile = 2, .network = 2, .reaction = {}}};
    world.calls = {{.number = 1, .at = 5s, .initiator = 1, .callee = identifier("b@example.org")}};
    world.moves = {{.device = 2, .move = {.at = 6s, .network = 1}}};
    world.faults = {{.number = 1,
                     .kind = model::FaultKind::loss,
                     .start = protocol::instant_at(0),
                     .end = protocol::instant_at(1),
                     .target = {.kind = model::NodeKind::device, .number = 2}}};
    return world;
}

TEST(Inconsistency, IsNothingInASoundWorld) {
    EXPECT_EQ(inconsistency(World{}), "");
    EXPECT_EQ(inconsistency(small_world()), "");
}

struct Change {
    std::string expected;
    std::function<void(World&)> apply;
};

const std::vector<Change>& changes() {
    static const std::vector<Change> all = {
        {"the name is not 1 to 80 letters, digits, blanks, points, dashes and underscores",
         [](World& world) { world.name = "a/b"; }},
        {"the duration is out of bounds", [](World& world) { world.duration = -1ns; }},
        {"a reflector is at a site that does not exist",
         [](World& world) { world.reflector_sites[1] = model::SiteIndex{999}; }},
        {"a probability of the network between the sites is more than 100%",
         [](World& world) { world.core.loss = model::Probability{model::probability_one + 1}; }},
        {"a delay of the push service is not a distribution: it falls or is out of bounds",
         [](World& world) { world.push.delay.nanoseconds[3] = 0; }},
        {"network 2 is at a site that does not exist",
         [](World& world) { world.networks[1].site = model::SiteIndex{999}; }},
        {"two networks have the number 1", [](World& world) { world.networks[1].number = 1; }},
        {"the networks are not sorted by number",
         [](World& world) { world.networks[0].number = 3; }},
        {"profile 2 has 0 identifiers, expected 1 to 3",
         [](World& world) { world.profiles[1].identifiers.clear(); }},
        {"the identifier \"a@example.org\" is given twice",
         [](World& world) { world.profiles[1].identifiers = world.profiles[0].identifiers; }},
        {"device 1 belongs to profile 9, which does not exist",
         [](World& world) { world.devices[0].profile = 9; }},
        {"device 2 is in network 9, which does not exist",
         [](World& world) { world.devices[1].network = 9; }},
        {"two devices have the number 1", [](World& world) { world.devices[1].number = 1; }},
        {"call 1 is made by device 9, which does not exist",
         [](World& world) { world.calls[0].initiator = 9; }},
        {"call 1 calls nobody", [](World& world) { world.calls[0].callee = {}; }},
        {"call 1: its lifetime is out of bounds",
         [](World& world) { world.calls[0].lifetime = 1h; }},
        {"call 1: a time is out of bounds",
         [](World& world) { world.calls[0].cancel_after = -1ns; }},
        {"two calls have the number 1",
         [](World& world) {
             world.calls.push_back(world.calls[0]);
             world.calls[1].at += 1s;
         }},
        {"the calls are not sorted by time, then number",
         [](World& world) {
             world.calls.push_back(world.calls[0]);
             world.calls[1].number = 0;
         }},
        {"device 9 moves, but does not exist", [](World& world) { world.moves[0].device = 9; }},
        {"device 2 moves to network 9, which does not exist",
         [](World& world) { world.moves[0].move.network = 9; }},
        {"the moves are not sorted by time",
         [](World& world) {
             world.moves.push_back(world.moves[0]);
             world.moves[1].move.at = 1s;
         }},
        {"device 16777216 has too high a number: 16777215 is the highest that has an address",
         [](World& world) { world.devices.back().number = 16'777'216; }},
        {"network 134217728 has too high a number: 134217727 is the highest that has an address",
         [](World& world) { world.networks.back().number = 134'217'728; }},
    };
    return all;
}

const std::vector<Change>& broker_changes() {
    static const std::vector<Change> all = {
        {"there is no broker of number 0", [](World& world) { world.brokers[0].number = 1; }},
        {"broker 0 is at a site that does not exist",
         [](World& world) { world.brokers[0].site = model::SiteIndex{999}; }},
        {"two relays have the number 7",
         [](World& world) {
             world.relays = {{.number = 7}, {.number = 7}};
         }},
        {"broker 255 has too high a number: 254 is the highest that has an address",
         [](World& world) { world.brokers.push_back({.number = 255}); }},
        {"change 0 of the cluster (leave of broker 0): it is the last member",
         [](World& world) {
             world.membership = {{.at = 1s, .broker = 0, .step = MembershipStep::leave}};
         }},
        {"change 1 of the cluster (join of broker 1): it is a member already",
         [](World& world) {
             world.brokers.push_back({.number = 1});
             world.membership = {{.at = 1s, .broker = 1, .step = MembershipStep::join},
                                 {.at = 2s, .broker = 1, .step = MembershipStep::join}};
         }},
        {"change 1 of the cluster (leave of broker 1): it is not sorted by time",
         [](World& world) {
             world.brokers.push_back({.number = 1});
             world.membership = {{.at = 2s, .broker = 1, .step = MembershipStep::join},
                                 {.at = 1s, .broker = 1, .step = MembershipStep::leave}};
         }},
    };
    return all;
}

const std::vector<Change>& fault_changes() {
    static const std::vector<Change> all = {
        {"fault 1 (loss): its target, device 9, does not exist",
         [](World& world) { world.faults[0].target.number = 9; }},
        {"fault 1 (loss): it ends before it starts",
         [](World& world) { world.faults[0].start = protocol::instant_at(2); }},
        {"fault 1 (loss): this kind of fault has no delay",
         [](World& world) { world.faults[0].delay = 1s; }},
        {"fault 1 (partition): this kind of fault has no probability",
         [](World& world) {
             world.faults[0].kind = model::FaultKind::partition;
             world.faults[0].probability = model::probability(0.5);
         }},
        {"two faults have the number 1",
         [](World& world) {
             world.faults.push_back(world.faults[0]);
             world.faults[1].start = protocol::instant_at(1);
         }},
    };
    return all;
}

TEST(Inconsistency, NamesWhatIsWrong) {
    for (const auto& list : {changes(), broker_changes(), fault_changes()}) {
        for (const Change& change : list) {
            World world = small_world();
            change.apply(world);
            EXPECT_EQ(inconsistency(world), change.expected);
        }
    }
}

}  // namespace
}  // namespace invitro::scenarios
