#include "properties/story_test.hpp"
#include "protocol/wire/codec.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

protocol::InviteAccept accept_of(std::uint32_t device) {
    return {
        .call = call, .device = Story::id(device), .ticket = {}, .connection = Story::data(device)};
}

// The broker has the accept, and acknowledges it before a byte of it is durable.
void acknowledges_at_once(Story& story) {
    story.calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    story.device_sends(1, accept_of(1)).broker_only_gets(accept_of(1));
    const std::vector<std::uint8_t> record(100);
    story.writes(record).confirmed(1).is_durable().arrives(1);
}

void is_called_after_a_crash(Story& story) {
    story.starts().crashes().restarts().wait(20s).goes_well();
}

void is_not_found_after_a_crash(Story& story) {
    story.starts().crashes().restarts().wait(20s).calls().rings(2).wait(100s);
}

void is_forwarded_after_a_crash(Story& story) {
    story.calls().rings_all().accepts(1).confirmed(1).crashes().restarts().wait(5s).arrives(1);
    story.connects(1).chooses(1).stops(2, EndReason::answered).wait(10s).hangs_up(1).wait(50s);
    story.ends(EndReason::answered);
}

void is_forgotten_in_a_crash(Story& story) {
    story.calls().rings(1).accepts(1).confirmed(1).crashes().restarts().wait(200s);
}

// Taken by the crash before anybody was told, so nobody is owed anything.
void is_lost_unacknowledged(Story& story) {
    story.calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    story.device_sends(1, accept_of(1)).broker_only_gets(accept_of(1)).crashes().restarts();
}

void expires(Story& story) {
    story.wait(60s).stops(1, EndReason::expired).stops(2, EndReason::expired);
    story.ends(EndReason::expired);
}

void ends_after_a_crash(Story& story) {
    expires(story.calls().rings_all().crashes().restarts());
}

void never_ends_after_a_crash(Story& story) {
    story.calls().crashes().restarts().wait(200s);
}

// A snapshot that still has the initiator's connection data, then one without it.
void is_purged(Story& story) {
    story.world.duration = 1h;
    const protocol::CallKey key = Story::data(0).key;
    const std::vector<std::uint8_t> without(100);
    expires(story.starts().writes(without, true).is_durable().calls().rings_all());
    story.wait(3min).writes(key, true).is_durable();
    story.wait(5min).writes(without, true).is_durable().wait(10min);
}

void stays_on_disk(Story& story) {
    story.world.duration = 1h;
    const protocol::CallKey key = Story::data(0).key;
    const std::vector<std::uint8_t> without(100);
    expires(story.starts().writes(without, true).is_durable().calls().rings_all());
    story.wait(3min).writes(key, true).is_durable().wait(20min);
}

void refuses_what_is_damaged(Story& story) {
    story.is_damaged().crashes().refuses();
}

void believes_what_is_damaged(Story& story) {
    story.is_damaged().crashes().restarts();
}

}  // namespace

std::vector<Trial> durability_trials() {
    return {
        {"acknowledged-is-durable", goes_well, acknowledges_at_once, nothing},
        {"registration-survives-crash",
         is_called_after_a_crash,
         is_not_found_after_a_crash,
         goes_well},
        {"accept-survives-crash",
         is_forwarded_after_a_crash,
         is_forgotten_in_a_crash,
         is_lost_unacknowledged},
        {"call-survives-crash", ends_after_a_crash, never_ends_after_a_crash, goes_well},
        {"off-the-disk", is_purged, stays_on_disk, goes_well},
        {"damage-is-refused", refuses_what_is_damaged, believes_what_is_damaged, goes_well},
    };
}

namespace {

TEST(AcknowledgedIsDurable, counts_what_a_crash_has_kept) {
    Story story;
    const std::vector<std::uint8_t> record(100);
    story.calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    story.device_sends(1, accept_of(1)).broker_only_gets(accept_of(1)).writes(record);
    story.crashes(0).restarts().confirmed(1);
    EXPECT_EQ(story.tally("acknowledged-is-durable").violated, 0U);
}

TEST(AcknowledgedIsDurable, does_not_count_what_a_crash_has_torn) {
    Story story;
    const std::vector<std::uint8_t> record(100);
    story.calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    story.device_sends(1, accept_of(1)).broker_only_gets(accept_of(1)).writes(record);
    story.crashes(1).restarts().confirmed(1);
    EXPECT_EQ(story.tally("acknowledged-is-durable").violated, 1U);
}

TEST(AcknowledgedIsDurable, asks_the_same_of_registrations) {
    Story story;
    story.world.registration = scenarios::RegistrationStart::live;
    protocol::RegisterDevice registration;
    registration.device = Story::id(1);
    registration.incarnation = 1;
    story.device_sends(1, registration).broker_only_gets(registration);
    story.to_device(1,
                    protocol::RegisterAck{.device = Story::id(1), .incarnation = 1, .lease = 1h});
    EXPECT_EQ(story.tally("acknowledged-is-durable").violated, 1U);
}

TEST(DamageIsRefused, blames_a_broker_that_refuses_what_is_whole) {
    Story story;
    story.crashes().refuses();
    EXPECT_EQ(story.tally("damage-is-refused").violated, 1U);
}

// What a new snapshot has replaced hurts nobody.
TEST(DamageIsRefused, forgets_damage_to_what_nobody_reads_any_more) {
    Story story;
    const std::vector<std::uint8_t> snapshot(100);
    story.is_damaged().writes(snapshot, true).is_durable().crashes().restarts();
    EXPECT_EQ(story.tally("damage-is-refused").verdict(), Verdict::holds);
}

TEST(AcceptDelivery, does_not_promise_what_a_crash_took_before_anybody_was_told) {
    Story story;
    story.calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    story.device_sends(1, accept_of(1)).broker_only_gets(accept_of(1)).crashes().restarts();
    story.wait(200s);
    EXPECT_EQ(story.tally("accept-delivery").verdict(), Verdict::vacuous);
}

}  // namespace
}  // namespace invitro::properties
