#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

Story& with_two_brokers(Story& story) {
    story.world.brokers = {{.number = 0}, {.number = 1}};
    return story;
}

void goes_well_on_its_own(Story& story) {
    story.goes_well();
}

void goes_well(Story& story) {
    with_two_brokers(story).goes_well();
}

void is_pushed_by_two(Story& story) {
    with_two_brokers(story).calls().rings_all();
    story.push_from(1, 1, Story::invitation(1)).wait(200s);
}

void is_forwarded_after_a_crash(Story& story) {
    with_two_brokers(story).calls().rings_all().accepts(1).confirmed(1).crashes().restarts();
    story.wait(5s).arrives(1).connects(1).chooses(1).stops(2, EndReason::answered).wait(10s);
    story.hangs_up(1).wait(50s).ends(EndReason::answered);
}

void is_forgotten_in_a_crash(Story& story) {
    with_two_brokers(story).calls().rings(1).accepts(1).confirmed(1).crashes().restarts();
    story.wait(200s);
}

void is_called_after_a_crash(Story& story) {
    with_two_brokers(story).starts().crashes().restarts().wait(20s).goes_well();
}

void is_not_found_after_a_crash(Story& story) {
    with_two_brokers(story).starts().crashes().restarts().wait(20s).calls().rings(2).wait(200s);
}

void is_not_found(Story& story) {
    with_two_brokers(story).calls().rings(2).wait(200s);
}

Story& with_a_newcomer(Story& story) {
    story.world.membership = {{.at = 1s, .broker = 1, .step = scenarios::MembershipStep::join}};
    return with_two_brokers(story).starts().wait(1s).orders(2);
}

void is_handed_over(Story& story) {
    with_a_newcomer(story).hands_over().wait(30s).goes_well();
}

void is_handed_over_for_ever(Story& story) {
    with_a_newcomer(story).wait(100s).hands_over().wait(100s);
}

}  // namespace

std::vector<Trial> cluster_trials() {
    return {
        {"one-owner", goes_well, is_pushed_by_two, goes_well_on_its_own},
        {"cluster-accept-survives", is_forwarded_after_a_crash, is_forgotten_in_a_crash, goes_well},
        {"cluster-registration-survives",
         is_called_after_a_crash,
         is_not_found_after_a_crash,
         goes_well},
        {"any-entry", goes_well, is_not_found, goes_well_on_its_own},
        {"handover-ends", is_handed_over, is_handed_over_for_ever, goes_well},
    };
}

namespace {

TEST(ClusterAcceptSurvives, unless_the_initiator_has_forgotten_its_call) {
    Story story;
    with_two_brokers(story).calls().rings(1).reinstalls(0).accepts(1).confirmed(1);
    story.crashes().restarts().wait(200s);
    EXPECT_EQ(story.tally("cluster-accept-survives").verdict(), Verdict::vacuous);
}

protocol::InviteFailed refusal() {
    return {.call = call, .reason = protocol::FailureReason::overloaded, .retry_after = 2s};
}

TEST(AnyEntry, owes_nothing_for_a_call_that_was_refused) {
    Story story;
    with_two_brokers(story).asks().to_device(0, refusal()).wait(200s);
    EXPECT_EQ(story.tally("any-entry").verdict(), Verdict::vacuous);
}

TEST(AnyEntry, owes_all_for_a_call_taken_after_a_refusal) {
    Story story;
    with_two_brokers(story).asks().to_device(0, refusal()).wait(20s);
    story.to_device(0, protocol::InviteProgress{.call = call}).wait(200s);
    EXPECT_EQ(story.tally("any-entry").verdict(), Verdict::violated);
}

// What a node drops because it waits for a handover has not come to the broker.
TEST(HistoryOfACluster, counts_what_a_node_has_written_down) {
    Story story;
    with_two_brokers(story).calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    const protocol::InviteAccept accept{
        .call = call, .device = Story::id(1), .ticket = {}, .connection = Story::data(1)};
    story.device_sends(1, accept).broker_only_gets(accept).wait(200s);
    EXPECT_EQ(story.tally("accept-delivery").verdict(), Verdict::vacuous);
}

TEST(HistoryOfACluster, sees_what_one_node_passes_on_to_another) {
    Story story;
    with_two_brokers(story).calls().rings(1).command(1, protocol::AcceptCommand{.call = call});
    const protocol::InviteAccept accept{
        .call = call, .device = Story::id(1), .ticket = {}, .connection = Story::data(1)};
    story.device_sends(1, accept).broker_only_gets(accept);
    story.broker_gets(Story::passed_on(accept)).wait(200s);
    EXPECT_EQ(story.tally("accept-delivery").verdict(), Verdict::violated);
}

// The owner knows the call already and writes nothing, but answers where it hears its initiator
// now.
TEST(Cluster, an_initiator_may_be_answered_where_it_repeats_its_request) {
    const protocol::Address elsewhere = Story::address(5);
    const auto forwarded_to = [&](const protocol::Address& address) {
        Story story;
        with_two_brokers(story).calls().rings(1);
        story.broker_only_gets(
            protocol::InviteRequest{
                .call = call, .initiator = Story::id(0), .connection = Story::data(0)},
            elsewhere);
        story.broker_sends(protocol::InviteProgress{.call = call}, elsewhere).accepts(1);
        story.broker_sends(
            protocol::AcceptForward{
                .call = call, .device = Story::id(1), .connection = Story::data(1)},
            address);
        return story.tally("only-parties-see-data").violated;
    };
    EXPECT_EQ(forwarded_to(elsewhere), 0U);
    EXPECT_EQ(forwarded_to(Story::address(6)), 1U);
}

}  // namespace
}  // namespace invitro::properties
