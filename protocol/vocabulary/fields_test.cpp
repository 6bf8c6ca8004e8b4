#include "protocol/vocabulary/fields.hpp"

#include "protocol/application.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/wire/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace invitro::protocol {
namespace {

using testing::ElementsAre;

template <class>
inline constexpr bool all_complete = false;
template <class... T>
inline constexpr bool all_complete<std::variant<T...>> = (fields_are_complete<T> && ...);

static_assert(all_complete<Message>);
static_assert(all_complete<Command>);
static_assert(all_complete<Notification>);
static_assert(fields_are_complete<Remark>);
static_assert(fields_are_complete<ConnectionData>);
static_assert(fields_are_complete<Candidate>);
static_assert(fields_are_complete<Retransmission>);

struct Forgetful {
    int named = 1;
    int forgotten = 2;

    static constexpr auto fields() { return std::tuple{field("named", &Forgetful::named)}; }
};

static_assert(!fields_are_complete<Forgetful>);

static_assert(field_kind<std::uint32_t> == FieldKind::plain);
static_assert(field_kind<Duration> == FieldKind::plain);
static_assert(field_kind<Instant> == FieldKind::time);
static_assert(field_kind<CallId> == FieldKind::id);
static_assert(field_kind<DeviceId> == FieldKind::id);
static_assert(field_kind<RandomValue> == FieldKind::random);
static_assert(field_kind<CallKey> == FieldKind::random);
static_assert(field_kind<Ticket> == FieldKind::random);
static_assert(field_kind<Counter> == FieldKind::counter);

template <class... M>
std::vector<int> type_numbers(const std::variant<M...>& /*message*/) {
    return {static_cast<int>(M::type)...};
}

TEST(Fields, no_two_messages_share_a_number) {
    const auto numbers = type_numbers(Message{});
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
    EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
}

TEST(Fields, they_are_visited_in_order_with_their_names_and_keys) {
    std::vector<std::string> seen;
    const UpdateAck ack{.call = {}, .generation = 7};
    for_each_field(ack, [&](const auto& one, const auto&) {
        seen.push_back(std::to_string(one.key) + " " + std::string(one.name));
    });
    EXPECT_THAT(seen, ElementsAre("0 call", "1 generation"));
}

TEST(Fields, what_is_visited_can_be_changed) {
    Forgetful forgetful;
    for_each_field(forgetful, [](const auto&, int& value) { value = 5; });
    EXPECT_EQ(forgetful.named, 5);
    EXPECT_EQ(forgetful.forgotten, 2);
}

TEST(Fields, a_counter_counts) {
    Counter counter;
    ++counter;
    EXPECT_EQ((++counter).value, 2U);
}

}  // namespace
}  // namespace invitro::protocol
