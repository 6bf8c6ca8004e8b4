#include "protocol/vocabulary/state.hpp"

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/entropy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <initializer_list>
#include <tuple>

namespace invitro::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

enum class Phase : std::uint8_t { idle = 0, busy = 1 };

std::string_view to_string(Phase phase) {
    return phase == Phase::idle ? "idle" : "busy";
}

struct Exchange {
    Instant due = never;
    std::uint8_t tries = 0;

    bool operator==(const Exchange&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("due", &Exchange::due), field("tries", &Exchange::tries)};
    }
};

// One field of every kind that a state may be made of.
struct Everything {
    std::int16_t number = 0;
    bool flag = false;
    Phase phase = Phase::idle;
    Instant at = never;
    Duration span{};
    CallId call;
    RandomValue seed;
    Counter seen;
    Tag128 tag{};
    IpAddress ip;
    Address address;
    EndpointIdentifier identifier;
    PushToken token;
    std::string text;
    std::vector<std::uint8_t> bytes;
    InlineBytes<8> small_bytes;
    InlineVector<DeviceId, 4> devices;
    std::array<Address, 2> reflectors{};
    std::vector<Exchange> exchanges;
    std::optional<Exchange> one;
    std::variant<std::monostate, std::uint32_t, Exchange> choice;
    std::pair<std::uint32_t, std::string> pair;
    std::map<std::string, std::uint32_t> sorted;
    DenseMap<CallId, Exchange> dense;

    bool operator==(const Everything&) const = default;

    static constexpr auto fields() {
        using E = Everything;
        return std::tuple{field("number", &E::number),
                          field("flag", &E::flag),
                          field("phase", &E::phase),
                          field("at", &E::at),
                          field("span", &E::span),
                          field("call", &E::call),
                          field("seed", &E::seed),
                          field("seen", &E::seen),
                          field("tag", &E::tag),
                          field("ip", &E::ip),
                          field("address", &E::address),
                          field("identifier", &E::identifier),
                          field("token", &E::token),
                          field("text", &E::text),
                          field("bytes", &E::bytes),
                          field("small_bytes", &E::small_bytes),
                          field("devices", &E::devices),
                          field("reflectors", &E::reflectors),
                          field("exchanges", &E::exchanges),
                          field("one", &E::one),
                          field("choice", &E::choice),
                          field("pair", &E::pair),
                          field("sorted", &E::sorted),
                          field("dense", &E::dense)};
    }
};

static_assert(fields_are_complete<Everything>);

std::vector<std::uint8_t> bytes_of_state(const Everything& state) {
    std::vector<std::uint8_t> bytes;
    serialise(state, bytes);
    return bytes;
}

// Changes one thing, chosen by `what`, to something that depends on `how`.
struct Change {
    std::size_t what = 0;
    std::uint8_t how = 0;
};

using Apply = void (*)(Everything&, std::uint8_t);

Exchange exchange_of(std::uint8_t how) {
    return {.due = instant_at(how), .tries = how};
}

constexpr std::array<Apply, 24> changes{
    [](Everything& e, std::uint8_t how) { e.number = static_cast<std::int16_t>(-how); },
    [](Everything& e, std::uint8_t how) { e.flag = how > 1; },
    [](Everything& e, std::uint8_t how) { e.phase = how > 1 ? Phase::busy : Phase::idle; },
    [](Everything& e, std::uint8_t how) { e.at = instant_at(how); },
    [](Everything& e, std::uint8_t how) { e.span = Duration{-how}; },
    [](Everything& e, std::uint8_t how) { e.call = {.high = how, .low = how}; },
    [](Everything& e, std::uint8_t how) { e.seed.octets.back() = how; },
    [](Everything& e, std::uint8_t how) { e.seen.value = how; },
    [](Everything& e, std::uint8_t how) { e.tag.front() = how; },
    [](Everything& e, std::uint8_t how) { e.ip = ipv4(how); },
    [](Everything& e, std::uint8_t how) { e.address = {.ip = ipv4(7), .port = how}; },
    [](Everything& e, std::uint8_t how) {
        e.identifier = EndpointIdentifier::parse("+49" + std::to_string(how)).value();
    },
    [](Everything& e, std::uint8_t how) {
        e.token.value.assign(std::array{how, how});
    },
    [](Everything& e, std::uint8_t how) { e.text.assign(how, 'x'); },
    [](Everything& e, std::uint8_t how) { e.bytes.assign(how, how); },
    [](Everything& e, std::uint8_t how) { e.small_bytes.assign(std::array{how}); },
    [](Everything& e, std::uint8_t how) { e.devices = {{.high = 1, .low = how}}; },
    [](Everything& e, std::uint8_t how) { e.reflectors[1] = {.ip = ipv4(how), .port = 1}; },
    [](Everything& e, std::uint8_t how) { e.exchanges.assign(how, exchange_of(how)); },
    [](Everything& e, std::uint8_t how) { e.one = exchange_of(how); },
    [](Everything& e, std::uint8_t how) {
        if (how > 1) {
            e.choice = exchange_of(how);
        } else {
            e.choice = std::uint32_t{how};
        }
    },
    [](Everything& e, std::uint8_t how) {
        e.pair = {how, "second"};
    },
    [](Everything& e, std::uint8_t how) { e.sorted[std::to_string(how)] = how; },
    [](Everything& e, std::uint8_t how) { e.dense[{.high = 0, .low = how}] = exchange_of(how); },
};

rc::Gen<std::vector<Change>> any_changes() {
    // Few values, so that two states made apart are often equal in a field.
    return rc::gen::container<std::vector<Change>>(rc::gen::construct<Change>(
        rc::gen::inRange<std::size_t>(0, changes.size()), rc::gen::inRange<std::uint8_t>(0, 4)));
}

Everything changed(Everything state, const std::vector<Change>& list) {
    for (const Change& change : list) {
        changes[change.what](state, change.how);
    }
    return state;
}

RC_GTEST_PROP(State, reading_back_what_was_written_gives_the_same_state, ()) {
    const Everything state = changed({}, *any_changes());
    const auto bytes = bytes_of_state(state);
    const auto back = deserialise<Everything>(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == state);
    RC_ASSERT(difference(*back, state).empty());
}

RC_GTEST_PROP(State, states_are_equal_when_and_only_when_their_bytes_are, ()) {
    const Everything base = changed({}, *any_changes());
    const auto few = rc::gen::resize(3, any_changes());
    const Everything a = changed(base, *few);
    const Everything b = changed(base, *few);
    RC_ASSERT((a == b) == (bytes_of_state(a) == bytes_of_state(b)));
    RC_ASSERT((a == b) == difference(a, b).empty());
}

RC_GTEST_PROP(State, bytes_that_end_early_or_late_are_refused, ()) {
    auto bytes = bytes_of_state(changed({}, *any_changes()));
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
    RC_ASSERT(!deserialise<Everything>(ByteView{bytes}.first(cut)).has_value());
    bytes.push_back(0);
    RC_ASSERT(!deserialise<Everything>(bytes).has_value());
}

RC_GTEST_PROP(State, damaged_bytes_give_an_error_or_another_state, ()) {
    auto bytes = bytes_of_state(changed({}, *any_changes()));
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
    const auto back = deserialise<Everything>(bytes);
    if (!back) return;
    RC_ASSERT(difference(*back, deserialise<Everything>(bytes_of_state(*back)).value()).empty());
}

template <class T>
bool is_refused(std::initializer_list<std::uint8_t> bytes) {
    return !deserialise<T>(ByteView{bytes.begin(), bytes.size()}).has_value();
}

TEST(State, values_that_their_type_cannot_hold_are_refused) {
    EXPECT_FALSE(is_refused<bool>({1}));
    EXPECT_TRUE(is_refused<bool>({2}));
    EXPECT_TRUE(is_refused<std::optional<std::uint8_t>>({2, 0}));
    using Choice = std::variant<std::monostate, std::uint8_t>;
    EXPECT_FALSE(is_refused<Choice>({0}));
    EXPECT_TRUE(is_refused<Choice>({2}));
    using Small = InlineVector<std::uint16_t, 1>;
    EXPECT_FALSE(is_refused<Small>({1, 0, 0, 0, 7, 0}));
    EXPECT_TRUE(is_refused<Small>({2, 0, 0, 0, 7, 0, 8, 0}));
    EXPECT_TRUE(is_refused<InlineBytes<1>>({2, 0, 0, 0, 7, 8}));
    EXPECT_TRUE(is_refused<EndpointIdentifier>({1, 0, 0, 0, 'x'}));
    EXPECT_TRUE(is_refused<std::string>({2, 0, 0, 0, 'x'}));
    using Map = std::map<std::uint8_t, std::uint8_t>;
    EXPECT_FALSE(is_refused<Map>({2, 0, 0, 0, 1, 10, 2, 20}));
    EXPECT_TRUE(is_refused<Map>({2, 0, 0, 0, 1, 10, 1, 20})) << "a key twice";
}

TEST(State, numbers_stand_little_endian_in_their_own_width) {
    std::vector<std::uint8_t> bytes;
    serialise(Exchange{.due = instant_at(0x0102), .tries = 3}, bytes);
    EXPECT_THAT(bytes, ElementsAre(2, 1, 0, 0, 0, 0, 0, 0, 3));
}

TEST(State, equal_maps_have_equal_bytes_whatever_their_order) {
    Everything a;
    Everything b;
    a.dense[{.high = 0, .low = 1}] = exchange_of(1);
    a.dense[{.high = 0, .low = 2}] = exchange_of(2);
    b.dense[{.high = 0, .low = 2}] = exchange_of(2);
    b.dense[{.high = 0, .low = 1}] = exchange_of(1);
    EXPECT_EQ(bytes_of_state(a), bytes_of_state(b));
}

TEST(State, a_difference_names_path_and_values) {
    Everything a;
    Everything b;
    EXPECT_THAT(difference(a, b), IsEmpty());
    a.exchanges = {{}, {}, {.due = instant_at(500), .tries = 1}};
    b.exchanges = {{}, {}, {.due = never, .tries = 1}};
    b.phase = Phase::busy;
    EXPECT_THAT(difference(a, b),
                ElementsAre("phase: idle -> busy", "exchanges[2].due: 500 ns -> never"));
}

TEST(State, a_difference_names_entries_of_maps_by_their_keys) {
    Everything a;
    Everything b;
    a.sorted = {{"ada", 1}, {"grace", 2}};
    b.sorted = {{"grace", 3}};
    const CallId call{.high = 1, .low = 255};
    a.dense[call] = exchange_of(1);
    b.dense[call] = exchange_of(1);
    b.dense.find(call)->tries = 9;
    EXPECT_THAT(difference(a, b),
                ElementsAre("sorted.size: 2 -> 1",
                            "sorted[\"ada\"].key: \"ada\" -> (absent)",
                            "sorted[\"ada\"]: 1 -> (absent)",
                            "sorted[\"grace\"]: 2 -> 3",
                            "dense[000000000000000100000000000000ff].tries: 1 -> 9"));
}

TEST(State, a_difference_tells_none_from_a_default) {
    Everything a;
    Everything b;
    b.one = Exchange{};
    b.choice = std::uint32_t{0};
    EXPECT_THAT(difference(a, b),
                ElementsAre("one.has_value: false -> true",
                            "choice.index: 0 -> 1",
                            "one.due: (absent) -> never",
                            "one.tries: (absent) -> 0",
                            "choice: (absent) -> 0"));
}

TEST(State, leaves_say_what_they_mean) {
    std::map<FieldKind, std::vector<std::string>> paths;
    Everything state;
    state.dense[{.high = 0, .low = 1}] = {};
    state.devices = {{.high = 0, .low = 2}};
    state.one = Exchange{};
    visit_leaves(state, [&](FieldKind kind, const FieldPath& path, const auto&) {
        paths[kind].push_back(path.text());
    });
    EXPECT_THAT(paths[FieldKind::time],
                ElementsAre("at", "one.due", "dense[00000000000000000000000000000001].due"));
    EXPECT_THAT(paths[FieldKind::id],
                ElementsAre("call", "devices[0]", "dense[00000000000000000000000000000001].key"));
    EXPECT_THAT(paths[FieldKind::random], ElementsAre("seed", "tag"));
    EXPECT_THAT(paths[FieldKind::counter], ElementsAre("seen"));
}

TEST(State, a_visitor_can_choose_at_compile_time) {
    Duration sum{};
    visit_leaves(ConnectionData{}, [](auto kind, const FieldPath&, const auto&) {
        static_assert(decltype(kind)::value != FieldKind::time);
    });
    visit_leaves(Exchange{.due = instant_at(7)},
                 [&](auto kind, const FieldPath&, const auto& leaf) {
                     if constexpr (kind == FieldKind::time) sum += leaf.time_since_epoch();
                 });
    EXPECT_EQ(sum, Duration{7});
}

}  // namespace
}  // namespace invitro::protocol
