// Every property is tried on three stories: it must be able to hold, to fail and to be untouched.
#include "properties/catalogue/catalogue.hpp"

#include "properties/story_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace invitro::properties {
namespace {

std::vector<Trial> all_trials() {
    std::vector<Trial> all;
    for (const auto& family : {delivery_trials(),
                               durability_trials(),
                               cluster_trials(),
                               invitation_trials(),
                               silence_trials(),
                               policy_trials(),
                               glare_trials(),
                               identity_trials(),
                               security_trials(),
                               session_trials(),
                               transfer_trials(),
                               relay_trials(),
                               renewal_trials(),
                               registration_trials(),
                               other_trials(),
                               admission_trials()}) {
        all.insert(all.end(), family.begin(), family.end());
    }
    return all;
}

class PropertyTrial : public testing::TestWithParam<Trial> {};

TEST_P(PropertyTrial, holds_in_a_story_that_keeps_it_and_so_does_every_other) {
    Story story;
    GetParam().holds(story);
    EXPECT_EQ(story.tally(GetParam().property).verdict(), Verdict::holds);
    EXPECT_EQ(story.violations(), "");
}

TEST_P(PropertyTrial, is_violated_in_a_story_that_breaks_it_and_says_how) {
    Story story;
    GetParam().violated(story);
    const Tally tally = story.tally(GetParam().property);
    ASSERT_EQ(tally.verdict(), Verdict::violated);
    ASSERT_FALSE(tally.violations.empty());
    // A sentence names who and when.
    EXPECT_NE(tally.violations[0].explanation.find("device"), std::string::npos);
    EXPECT_LE(tally.violated, tally.checked);
}

TEST_P(PropertyTrial, is_vacuous_in_a_story_that_does_not_touch_it) {
    Story story;
    GetParam().vacuous(story);
    EXPECT_EQ(story.tally(GetParam().property).verdict(), Verdict::vacuous) << story.violations();
}

std::string name_of_trial(const testing::TestParamInfo<Trial>& info) {
    std::string name{info.param.property};
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, PropertyTrial, testing::ValuesIn(all_trials()), name_of_trial);

TEST(Catalogue, tries_every_property_exactly_once) {
    std::multiset<std::string_view> tried;
    for (const Trial& trial : all_trials()) {
        tried.insert(trial.property);
    }
    std::multiset<std::string_view> known;
    for (const PropertyInfo& property : catalogue()) {
        known.insert(property.id);
    }
    EXPECT_EQ(tried, known);
}

TEST(Catalogue, finds_properties_by_id) {
    for (std::size_t i = 0; i < catalogue().size(); ++i) {
        EXPECT_EQ(find_property(catalogue()[i].id), i);
    }
    EXPECT_EQ(find_property("no-such-property"), std::nullopt);
}

}  // namespace
}  // namespace invitro::properties
