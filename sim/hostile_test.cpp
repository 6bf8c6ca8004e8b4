#include "sim/hostile.hpp"

#include "protocol/wire/codec.hpp"
#include "sim/keyring.hpp"
#include "sim/places.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace invitro::sim {
namespace {

using model::Deed;
using namespace protocol::literals;

model::Attacker attacker(std::vector<Deed> deeds) {
    return {.number = 3,
            .site = {},
            .start = protocol::Instant{1s},
            .end = protocol::Instant{40s},
            .every = 20ms,
            .deeds = std::move(deeds)};
}

// What is said in a datagram, sealed or not.
protocol::ByteView message_in(Keyring& keyring, protocol::ByteView payload) {
    const protocol::ByteView opened = keyring.open(payload);
    return opened.empty() ? payload : opened;
}

// The types of the messages in an attacker's first datagrams; none for what is no message.
std::multiset<std::string> kinds(Deed deed, const Leak* leak = nullptr) {
    const scenarios::World world = small_world(2);
    Keyring keyring(world);
    Hostile hostile(world, keyring.cluster().public_key);
    if (leak != nullptr) hostile.learn(*leak);
    std::multiset<std::string> found;
    for (std::uint64_t i = 0; i < 400; ++i) {
        const HostileDatagram datagram = hostile.next(attacker({deed}), i);
        const auto message = protocol::decode(message_in(keyring, datagram.payload));
        found.insert(message ? std::string(to_string(protocol::type_of(*message))) : "none");
    }
    return found;
}

TEST(Hostile, ForgesAnswersOfEachKindToTheCallThatRings) {
    const Leak leak{.call = {.high = 7, .low = 7}, .device = {.high = 1, .low = 1}, .ticket = {9}};
    const scenarios::World world = small_world(2);
    Keyring keyring(world);
    Hostile hostile(world, keyring.cluster().public_key);
    hostile.learn(leak);
    std::set<bool> uses_leaked_ticket;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto made = hostile.next(attacker({Deed::forge_answers}), i);
        const auto message = protocol::decode(message_in(keyring, made.payload));
        ASSERT_TRUE(message.has_value());
        EXPECT_EQ(protocol::call_of(*message), leak.call);
        if (const auto* accept = std::get_if<protocol::InviteAccept>(&*message)) {
            uses_leaked_ticket.insert(accept->ticket == leak.ticket);
            EXPECT_NE(accept->device, leak.device) << "that would be no forgery";
        }
    }
    EXPECT_EQ(uses_leaked_ticket.size(), 2U) << "another device's ticket, and made-up ones";
    const auto all = kinds(Deed::forge_answers, &leak);
    EXPECT_GT(all.count("InviteAccept"), 50U);
    EXPECT_GT(all.count("InviteDecline"), 50U);
    EXPECT_GT(all.count("InviteRinging"), 50U);
}

TEST(Hostile, DoesWhatItsDeedsSay) {
    EXPECT_EQ(kinds(Deed::flood_invitations).count("InviteRequest"), 400U);
    EXPECT_EQ(kinds(Deed::flood_registrations).count("RegisterDevice"), 400U);
    EXPECT_GT(kinds(Deed::guess_calls).count("InviteCancel"), 50U);
    EXPECT_GT(kinds(Deed::send_garbage).count("none"), 200U);
}

TEST(Hostile, DrawsEachDatagramOnItsOwn) {
    const scenarios::World world = small_world(2);
    const Hostile hostile(world, Keyring(world).cluster().public_key);
    const auto mixed = attacker({Deed::send_garbage, Deed::guess_calls});
    EXPECT_EQ(hostile.next(mixed, 5).payload, hostile.next(mixed, 5).payload);
    EXPECT_NE(hostile.next(mixed, 5).payload, hostile.next(mixed, 6).payload);
}

TEST(Hostile, HasAnAddressThatNobodyElseHas) {
    EXPECT_TRUE(is_attacker(attacker_address(0)));
    EXPECT_TRUE(is_attacker(attacker_address(249)));
    EXPECT_FALSE(is_attacker(broker_address(0)));
    EXPECT_EQ(interpret(attacker_address(0)).kind, Target::Kind::nobody);
}

// ---- in a world ---------------------------------------------------------------------------------

// What each device's application heard, in order. Not when: the broker's disk has more to do.
using Heard = std::map<model::NodeId, std::vector<protocol::Notification>>;

class Notifications : public Observer {
public:
    void observe(const model::Event& event) override {
        using Notified = model::Notified<protocol::Notification>;
        if (const auto* notified = std::get_if<Notified>(&event.body)) {
            heard[event.header.node].push_back(notified->notification);
        }
    }

    Heard heard;
};

RunSummary run(const scenarios::World& world, Heard& heard) {
    Notifications notifications;
    Observer* const observers[] = {&notifications};
    const RunSummary summary = run_world(world, shared_test_platform(), observers);
    heard = std::move(notifications.heard);
    return summary;
}

TEST(Hostile, ChangesNothingForThosePeopleWhoCallEachOther) {
    scenarios::World world = small_world(3);
    Heard in_peace;
    run(world, in_peace);
    world.attackers.push_back(attacker({Deed::forge_answers,
                                        Deed::guess_calls,
                                        Deed::flood_invitations,
                                        Deed::flood_registrations,
                                        Deed::send_garbage,
                                        Deed::replay}));
    Heard attacked;
    const RunSummary summary = run(world, attacked);
    EXPECT_EQ(attacked, in_peace);
    for (std::size_t deed = 0; deed < model::deed_count; ++deed) {
        EXPECT_GT(summary.hostile_sent[deed], 100U) << to_string(static_cast<Deed>(deed));
        EXPECT_GT(summary.hostile_delivered[deed], 0U) << to_string(static_cast<Deed>(deed));
    }
    const auto remarked = [&](protocol::RemarkKind kind) {
        return summary.remarks[static_cast<std::size_t>(kind)];
    };
    EXPECT_GT(remarked(protocol::RemarkKind::malformed_dropped), 0U);
    EXPECT_GT(remarked(protocol::RemarkKind::unexpected_dropped), 0U);
    EXPECT_GT(remarked(protocol::RemarkKind::forged_dropped), 100U);
    EXPECT_GT(remarked(protocol::RemarkKind::replayed_dropped), 50U);
}

TEST(Hostile, IsRefusedBeyondWhatTheBrokerTakesOnFromOneSource) {
    scenarios::World world = small_world(1);
    world.limits.calls_per_source = {.burst = 5, .every = 1s};
    world.attackers.push_back(attacker({Deed::flood_invitations}));
    Heard heard;
    const RunSummary summary = run(world, heard);
    const auto kind = static_cast<std::size_t>(protocol::RemarkKind::invitation_refused);
    EXPECT_GT(summary.remarks[kind], 1000U);
    for (const auto& [node, notifications] : heard) {
        const auto connected =
            std::count_if(notifications.begin(), notifications.end(), [](const auto& one) {
                return std::holds_alternative<protocol::Connected>(one);
            });
        EXPECT_EQ(connected, 1) << to_string(node);
    }
}

}  // namespace
}  // namespace invitro::sim
