#include "model/fault/fault.hpp"

#include <gtest/gtest.h>

#include <set>

namespace invitro::model {
namespace {

using protocol::instant_at;

std::set<std::string_view> kinds_where(bool (*condition)(FaultKind)) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < fault_kind_count; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        if (condition(kind)) names.insert(to_string(kind));
    }
    return names;
}

TEST(Faults, have_names) {
    const auto names = kinds_where([](FaultKind) { return true; });
    EXPECT_EQ(names.size(), fault_kind_count);
    EXPECT_FALSE(names.contains("unknown"));
    for (std::size_t i = 0; i < fault_kind_count; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        EXPECT_EQ(parse_fault_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(parse_fault_kind("nat_flush"), FaultKind::nat_flush);
    EXPECT_EQ(parse_fault_kind("unknown"), std::nullopt);
}

TEST(Faults, say_which_parameters_they_use) {
    EXPECT_EQ(kinds_where(uses_probability),
              (std::set<std::string_view>{
                  "loss", "duplication", "reordering", "push_loss", "push_duplication"}));
    EXPECT_EQ(kinds_where(uses_delay),
              (std::set<std::string_view>{"reordering", "delay", "push_delay", "slow_disk"}));
}

TEST(Faults, are_in_force_from_their_start_until_before_their_end) {
    const Fault fault{.start = instant_at(10), .end = instant_at(20)};
    EXPECT_FALSE(fault.is_active(instant_at(9)));
    EXPECT_TRUE(fault.is_active(instant_at(10)));
    EXPECT_TRUE(fault.is_active(instant_at(19)));
    EXPECT_FALSE(fault.is_active(instant_at(20)));
}

TEST(Faults, concern_their_target_or_everybody) {
    const NodeId device{.kind = NodeKind::device, .number = 3};
    const NodeId broker{.kind = NodeKind::broker, .number = 3};
    EXPECT_TRUE((Fault{}.concerns(device)));
    EXPECT_TRUE((Fault{.target = device}.concerns(device)));
    EXPECT_FALSE((Fault{.target = device}.concerns(broker)));
}

}  // namespace
}  // namespace invitro::model
