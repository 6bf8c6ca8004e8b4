#include "model/post/post_service.hpp"

#include <gtest/gtest.h>

namespace invitro::model {
namespace {

using namespace protocol::literals;

constexpr std::uint64_t seed = 7;
constexpr std::uint64_t submissions = 20'000;

std::uint64_t count_lost(const PostProfile& profile,
                         const PostConditions& conditions,
                         std::size_t parts) {
    std::uint64_t lost = 0;
    for (std::uint64_t identity = 0; identity < submissions; ++identity) {
        if (carry(profile, conditions, seed, identity, parts).copies == 0) ++lost;
    }
    return lost;
}

TEST(PostService, ASubmissionFaresTheSameEveryTime) {
    const auto first = carry(sms_profile(), {}, seed, 3, 1);
    const auto again = carry(sms_profile(), {}, seed, 3, 1);
    EXPECT_EQ(first.copies, again.copies);
    EXPECT_EQ(first.delays, again.delays);
}

TEST(PostService, EachPartOfAnSmsMayBeTheOneThatIsMissing) {
    const PostProfile profile{.delay = constant(1s), .loss = probability(0.1)};
    EXPECT_NEAR(static_cast<double>(count_lost(profile, {}, 1)), 0.1 * submissions, 200);
    EXPECT_NEAR(static_cast<double>(count_lost(profile, {}, 3)), 0.271 * submissions, 300);
}

TEST(PostService, AFaultLosesAndDelaysMore) {
    const PostProfile profile{.delay = constant(1s)};
    EXPECT_EQ(count_lost(profile, {}, 1), 0U);
    const PostConditions storm{.loss = probability(0.5), .delay_added = 1min};
    EXPECT_NEAR(static_cast<double>(count_lost(profile, storm, 1)), 0.5 * submissions, 400);
    std::uint64_t identity = 0;
    while (carry(profile, storm, seed, identity, 1).copies == 0) {
        ++identity;
    }
    EXPECT_EQ(carry(profile, storm, seed, identity, 1).delays[0], 61s);
}

TEST(PostService, SomeComeTwiceEachAtATimeOfItsOwn) {
    const PostProfile profile{.delay = uniform(1s, 10s), .duplication = probability(0.5)};
    std::uint64_t doubled = 0;
    std::uint64_t apart = 0;
    for (std::uint64_t identity = 0; identity < submissions; ++identity) {
        const Carriage carriage = carry(profile, {}, seed, identity, 1);
        if (carriage.copies != 2) continue;
        ++doubled;
        if (carriage.delays[0] != carriage.delays[1]) ++apart;
    }
    EXPECT_NEAR(static_cast<double>(doubled), 0.5 * submissions, 400);
    EXPECT_GT(apart, doubled / 2);
}

}  // namespace
}  // namespace invitro::model
