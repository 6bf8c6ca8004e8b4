#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

ConnectionData renewed(std::uint32_t device, std::uint32_t generation = 2) {
    ConnectionData data = Story::data(device);
    data.generation = generation;
    return data;
}

protocol::CandidateUpdate update(std::uint32_t device, std::uint32_t generation = 2) {
    return {.call = call,
            .device = Story::id(device),
            .ticket = {},
            .connection = renewed(device, generation)};
}

// What the application of a recipient is told of the initiator.
protocol::ConnectionDataRenewed news(std::uint32_t generation = 2) {
    return {.call = call, .device = {}, .connection = renewed(0, generation)};
}

void nothing(Story&) {}

void renews_while_it_rings(Story& story) {
    story.calls().rings_all().to_broker(0, update(0)).tell(1, news()).tell(2, news());
    story.wait(10s).delivered(1).connects(1).chooses(1).stops(2, EndReason::answered);
    story.wait(25s).hangs_up(1);
}

void told_older_data(Story& story) {
    story.calls().rings(1).to_broker(0, update(0, 2)).to_broker(0, update(0, 3));
    story.tell(1, news(3)).tell(1, news(2));
}

void never_told(Story& story) {
    story.calls().rings(1).to_broker(0, update(0)).wait(50s);
}

void moves(Story& story) {
    story.world.networks.push_back({.number = 9, .site = {}, .access = {}, .nat = {}});
    story.world.moves.push_back({.device = 0, .move = {.at = 8s, .network = 9}});
}

void moves_and_tells(Story& story) {
    moves(story);
    story.calls().rings_all().wait(5s).to_broker(0, update(0)).tell(1, news()).tell(2, news());
    story.wait(40s).cancels();
    story.stops(1, EndReason::cancelled).stops(2, EndReason::cancelled);
}

void moves_and_says_nothing(Story& story) {
    moves(story);
    story.calls().rings(1).wait(58s);
}

void stays(Story& story) {
    story.goes_well();
}

}  // namespace

std::vector<Trial> renewal_trials() {
    return {
        {"newest-data-wins", renews_while_it_rings, told_older_data, stays},
        {"renewed-data-arrives", renews_while_it_rings, never_told, stays},
        {"moved-initiator-tells", moves_and_tells, moves_and_says_nothing, nothing},
    };
}

namespace {

TEST(NewestDataWins, notices_data_that_nobody_sent) {
    Story story;
    story.calls().rings(1).to_broker(0, update(0));
    protocol::ConnectionDataRenewed forged = news();
    forged.connection.candidates[0].priority = 7;
    EXPECT_EQ(story.tell(1, forged).tally("newest-data-wins").violated, 1U);
}

TEST(RenewedDataArrives, asks_for_an_acceptors_data_at_the_initiator_too) {
    Story story;
    story.calls().rings(1).delivered(1).to_broker(1, update(1)).wait(60s);
    EXPECT_EQ(story.tally("renewed-data-arrives").violated, 1U);
}

}  // namespace
}  // namespace invitro::properties
