#include "model/people/person.hpp"

#include <gtest/gtest.h>

#include <set>

namespace invitro::model {
namespace {

TEST(Reactions, have_names) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < reaction_kind_count; ++i) {
        const auto kind = static_cast<ReactionKind>(i);
        names.insert(to_string(kind));
        EXPECT_EQ(parse_reaction(to_string(kind)), kind);
    }
    EXPECT_EQ(names,
              (std::set<std::string_view>{
                  "ignore", "accept", "decline_here", "decline_everywhere", "busy"}));
    EXPECT_EQ(parse_reaction("shrug"), std::nullopt);
}

}  // namespace
}  // namespace invitro::model
