// Registration in whole worlds: proofs by SMS and mail, new tokens, the end.
#include "sim/identities.hpp"
#include "sim/places.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;

// Keeps what devices were told, what was pushed where, and what the post did.
class Witness : public Observer {
public:
    void observe(const model::Event& event) override {
        if (const auto* told = std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
            heard_.emplace_back(event.header.node.number, told->notification);
            times_.push_back(event.header.at);
        } else if (const auto* push = std::get_if<model::PushSubmitted>(&event.body)) {
            if (!event.header.call.is_none()) pushes.push_back({*push, token_version(*push)});
        } else if (const auto* post = std::get_if<model::PostSubmitted>(&event.body)) {
            ++submitted[post->kind];
        } else if (std::holds_alternative<model::PostLost>(event.body)) {
            ++lost;
        }
    }

    template <class T>
    [[nodiscard]] std::vector<protocol::Instant> when(std::uint32_t device) const {
        std::vector<protocol::Instant> found;
        for (std::size_t i = 0; i < heard_.size(); ++i) {
            const bool is_it =
                heard_[i].first == device && std::holds_alternative<T>(heard_[i].second);
            if (is_it) found.push_back(times_[i]);
        }
        return found;
    }

    template <class T>
    [[nodiscard]] std::size_t count(std::uint32_t device) const {
        return when<T>(device).size();
    }

    struct Push {
        model::PushSubmitted event;
        std::uint8_t version = 0;
    };

    std::vector<Push> pushes;
    std::map<model::PostKind, int> submitted;
    int lost = 0;

private:
    static std::uint8_t token_version(const model::PushSubmitted& push) {
        return push.token.size() > 4 ? push.token[4] : 0;
    }

    std::vector<std::pair<std::uint32_t, protocol::Notification>> heard_;
    std::vector<protocol::Instant> times_;
};

Witness run(const scenarios::World& world) {
    EXPECT_EQ(scenarios::inconsistency(world), "");
    Witness witness;
    Observer* const observers[] = {&witness};
    run_world(world, shared_test_platform(), observers);
    return witness;
}

// Ben, device 0, calls Ada, device 1, a minute after everybody began to prove who they are.
scenarios::World scratch_world() {
    scenarios::World world = small_world(1);
    world.registration = scenarios::RegistrationStart::scratch;
    world.sms = {.delay = model::constant(4s)};
    world.mail = {.delay = model::constant(6s)};
    world.calls[0].at = 1min;
    return world;
}

void give_mailbox_only(scenarios::World& world) {
    world.profiles[1].identifiers = {*protocol::EndpointIdentifier::parse("ada@example.org")};
    world.calls[0].callee = world.profiles[1].identifiers[0];
}

TEST(RegistrationWorld, a_number_is_proven_by_sms_and_rings) {
    const Witness seen = run(scratch_world());
    EXPECT_EQ(seen.submitted.at(model::PostKind::sms), 2);
    ASSERT_EQ(seen.count<protocol::Registered>(1), 1U);
    EXPECT_GT(seen.when<protocol::Registered>(1)[0], protocol::Instant{4s});
    EXPECT_LT(seen.when<protocol::Registered>(1)[0], protocol::Instant{20s});
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
}

TEST(RegistrationWorld, an_address_is_proven_when_its_mail_is_opened) {
    scenarios::World world = scratch_world();
    give_mailbox_only(world);
    world.devices[1].opens_mail_after = 30s;
    const Witness seen = run(world);
    EXPECT_EQ(seen.submitted.at(model::PostKind::mail), 1);
    ASSERT_EQ(seen.count<protocol::Registered>(1), 1U);
    EXPECT_GT(seen.when<protocol::Registered>(1)[0], protocol::Instant{36s});
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
}

TEST(RegistrationWorld, an_address_whose_mail_nobody_opens_rings_nobody) {
    scenarios::World world = scratch_world();
    give_mailbox_only(world);
    world.devices[1].opens_mail_after = scenarios::Duration::max();
    const Witness seen = run(world);
    EXPECT_EQ(seen.count<protocol::Registered>(1), 0U);
    EXPECT_TRUE(seen.pushes.empty());
    EXPECT_EQ(seen.count<protocol::CallEnded>(0), 1U) << "the caller sees a call that expires";
}

TEST(RegistrationWorld, a_lost_sms_is_sent_again) {
    scenarios::World world = scratch_world();
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::sms_loss,
                            .end = protocol::Instant{20s},
                            .target = {.kind = model::NodeKind::device, .number = 1}});
    const Witness seen = run(world);
    EXPECT_EQ(seen.lost, 1);
    EXPECT_EQ(seen.submitted.at(model::PostKind::sms), 3);
    ASSERT_EQ(seen.count<protocol::Registered>(1), 1U);
    EXPECT_GT(seen.when<protocol::Registered>(1)[0],
              protocol::Instant{protocol::timing::sms_repeat_first});
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
}

TEST(RegistrationWorld, a_mail_may_be_late) {
    scenarios::World world = scratch_world();
    give_mailbox_only(world);
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::mail_delay,
                            .end = protocol::Instant{20s},
                            .target = {.kind = model::NodeKind::device, .number = 1},
                            .delay = 2min});
    const Witness seen = run(world);
    ASSERT_EQ(seen.count<protocol::Registered>(1), 1U);
    EXPECT_GT(seen.when<protocol::Registered>(1)[0], protocol::Instant{126s});
}

TEST(RegistrationWorld, what_comes_twice_proves_once) {
    scenarios::World world = scratch_world();
    world.sms.duplication = world.mail.duplication = model::probability(1);
    world.profiles[1].identifiers.push_back(*protocol::EndpointIdentifier::parse("ada@ex.org"));
    const Witness seen = run(world);
    EXPECT_EQ(seen.count<protocol::IdentifierValidated>(1), 2U);
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
}

TEST(RegistrationWorld, a_profile_of_six_identifiers_rings_under_each) {
    scenarios::World world = small_world(1);
    for (int i = 1; i < 6; ++i) {
        world.profiles[1].identifiers.push_back(
            *protocol::EndpointIdentifier::parse("+493020" + std::to_string(i)));
    }
    world.calls.clear();
    for (std::uint32_t i = 0; i < 6; ++i) {
        world.calls.push_back({.number = i,
                               .at = 5s + i * 20s,
                               .initiator = 0,
                               .callee = world.profiles[1].identifiers[i]});
    }
    EXPECT_EQ(run(world).count<protocol::Ringing>(1), 6U);
    world.registration = scenarios::RegistrationStart::preloaded;
    EXPECT_EQ(run(world).count<protocol::Ringing>(1), 6U);
}

scenarios::World changing_world(scenarios::RegistrationAction action) {
    scenarios::World world = small_world(1);
    world.registration_changes.push_back({.device = 1, .at = 4s, .action = action});
    return world;
}

TEST(RegistrationWorld, a_new_token_takes_the_place_of_the_old_one) {
    scenarios::World world = changing_world(scenarios::RegistrationAction::new_token);
    const Witness seen = run(world);
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
    ASSERT_FALSE(seen.pushes.empty());
    for (const Witness::Push& push : seen.pushes) {
        EXPECT_EQ(push.version, 1U);
    }
}

// The call is being pushed to the old token, which is gone already, when the new one comes.
TEST(RegistrationWorld, a_new_token_inherits_the_call_that_the_old_one_misses) {
    scenarios::World world = changing_world(scenarios::RegistrationAction::new_token);
    world.registration_changes[0].at = 4999ms;
    world.registration_changes[0].old_token_lasts = {};
    world.core.reordering = {};
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::delay,
                            .start = protocol::Instant{4s},
                            .end = protocol::Instant{5s},
                            .target = {.kind = model::NodeKind::device, .number = 1},
                            .delay = 1s});
    const Witness seen = run(world);
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 1U);
    ASSERT_GE(seen.pushes.size(), 2U);
    EXPECT_EQ(seen.pushes[0].version, 0U);
    EXPECT_EQ(seen.pushes[0].event.outcome, protocol::PushOutcome::token_gone);
    EXPECT_EQ(seen.pushes[1].version, 1U);
}

TEST(RegistrationWorld, an_unregistered_device_rings_no_more) {
    const Witness seen = run(changing_world(scenarios::RegistrationAction::unregister));
    EXPECT_EQ(seen.count<protocol::Unregistered>(1), 1U);
    EXPECT_TRUE(seen.pushes.empty());
    EXPECT_EQ(seen.count<protocol::Ringing>(1), 0U);
}

TEST(RegistrationWorld, an_unregistered_device_that_registers_again_rings_again) {
    scenarios::World world = changing_world(scenarios::RegistrationAction::unregister);
    world.registration_changes.push_back(
        {.device = 1, .at = 4500ms, .action = scenarios::RegistrationAction::renew});
    EXPECT_EQ(run(world).count<protocol::Ringing>(1), 1U);
}

}  // namespace
}  // namespace invitro::sim
