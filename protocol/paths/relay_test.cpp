#include "protocol/paths/relay.hpp"

#include "protocol/paths/relay_credential.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/state.hpp"
#include "protocol/wire/any_message_test.hpp"
#include "protocol/wire/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace invitro::protocol {
namespace {

using namespace literals;

static_assert(Node<Relay>);
static_assert(fields_are_complete<RelayConfig> && fields_are_complete<RelayState> &&
              fields_are_complete<RelayCoupling> && fields_are_complete<RelayEnd>);

const Address relay_address = parse_address("198.51.100.9:3479").value();
const Address home_of_ada = parse_address("203.0.113.5:61234").value();
const Address home_of_bob = parse_address("203.0.113.77:1234").value();
const Address elsewhere = parse_address("192.0.2.66:999").value();
constexpr DeviceId ada{.high = 1, .low = 1};
constexpr DeviceId bob{.high = 2, .low = 2};
constexpr CallId call{.high = 9, .low = 9};

RandomValue key_of(std::uint8_t octet) {
    RandomValue key;
    key.octets.fill(octet);
    return key;
}

RelayConfig config(std::uint16_t couplings_max = 4) {
    return {.address = relay_address,
            .seed = key_of(1),
            .key = key_of(2),
            .couplings_max = couplings_max,
            .device_max = 2};
}

// What goes to whom.
struct Passed {
    Address destination;
    Message message;
};

// A device at an address that holds a secret for one peer of one call.
struct Holder {
    Address home;
    DeviceId device;
    DeviceId peer;
    CallId of = call;
    Duration expires = 1h;
    RelayNonce nonce{};
    std::uint32_t sequence = 0;

    [[nodiscard]] RelaySecret secret() const {
        return relay_secret(key_of(2), of, device, peer, expires);
    }

    [[nodiscard]] RelayAllocate request(Duration lifetime = 60s) {
        return with_tag(secret(),
                        RelayAllocate{.call = of,
                                      .device = device,
                                      .peer = peer,
                                      .expires = expires,
                                      .nonce = nonce,
                                      .sequence = ++sequence,
                                      .lifetime = lifetime,
                                      .tag = {}});
    }
};

class RelayTest : public testing::Test {
protected:
    std::vector<Passed> send(const Address& source, const Message& message) {
        std::vector<std::uint8_t> bytes(datagram_size_max);
        bytes.resize(encode(message, bytes));
        return handle(ReceivedDatagram{source, relay_address, bytes});
    }

    std::vector<Passed> handle(const Relay::Input& input) {
        relay.handle(now, input);
        std::vector<Passed> passed;
        while (const auto output = relay.poll_output()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr) continue;
            EXPECT_EQ(datagram->source, relay_address);
            passed.push_back({datagram->destination, decode(datagram->payload).value()});
        }
        return passed;
    }

    // One request, challenged as often as the relay wants.
    Message answer(Holder& holder, Duration lifetime = 60s) {
        Message said;
        for (int tries = 0; tries < 2; ++tries) {
            const auto passed = send(holder.home, holder.request(lifetime));
            if (passed.size() != 1U) {
                ADD_FAILURE() << "no single answer";
                return said;
            }
            EXPECT_EQ(passed[0].destination, holder.home);
            said = passed[0].message;
            const auto* refused = std::get_if<RelayRefused>(&said);
            if (refused == nullptr || refused->reason != RelayRefusal::stale_nonce) break;
            holder.nonce = refused->nonce;
        }
        return said;
    }

    RelayGranted allocate(Holder& holder) {
        const Message said = answer(holder);
        const auto* granted = std::get_if<RelayGranted>(&said);
        EXPECT_NE(granted, nullptr);
        return granted == nullptr ? RelayGranted{} : *granted;
    }

    static RelayData data(std::uint16_t channel) {
        return {.channel = channel, .payload = InlineBytes<RelayData::payload_max>{7, 8, 9}};
    }

    static void take_channel(const Message& said, std::vector<std::uint16_t>& channels) {
        const auto* granted = std::get_if<RelayGranted>(&said);
        if (granted != nullptr) channels.push_back(granted->channel);
    }

    [[nodiscard]] const RelayCounters& counters() const { return relay.state().counters; }

    Instant now = instant_at(0) + 10min;
    Relay relay{config()};
    Holder from_ada{.home = home_of_ada, .device = ada, .peer = bob};
    Holder from_bob{.home = home_of_bob, .device = bob, .peer = ada};
};

TEST_F(RelayTest, two_allocations_couple_the_two_that_were_authorised) {
    const RelayGranted a = allocate(from_ada);
    const RelayGranted b = allocate(from_bob);
    EXPECT_EQ(a.relayed, b.peer_relayed);
    EXPECT_EQ(b.relayed, a.peer_relayed);
    EXPECT_NE(a.relayed, b.relayed);
    EXPECT_EQ(a.relayed.ip, relay_address.ip);
    EXPECT_EQ(a.lifetime, timing::relay_lifetime);

    const auto passed = send(home_of_ada, data(a.channel));
    ASSERT_EQ(passed.size(), 1U);
    EXPECT_EQ(passed[0].destination, home_of_bob);
    EXPECT_EQ(passed[0].message, Message(data(b.channel)));
    const auto back = send(home_of_bob, data(b.channel));
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].destination, home_of_ada);
    EXPECT_EQ(back[0].message, Message(data(a.channel)));
    EXPECT_EQ(counters().passed.value, 2U);
}

TEST_F(RelayTest, the_first_request_is_challenged_so_that_nobody_is_sent_what_he_did_not_ask_for) {
    const auto passed = send(home_of_ada, from_ada.request());
    ASSERT_EQ(passed.size(), 1U);
    const auto& refused = std::get<RelayRefused>(passed[0].message);
    EXPECT_EQ(refused.reason, RelayRefusal::stale_nonce);
    EXPECT_EQ(refused.tag, tag_of(from_ada.secret(), refused));
    EXPECT_TRUE(relay.state().couplings.empty());
    EXPECT_EQ(relay.next_deadline(), never);
}

TEST_F(RelayTest, data_from_elsewhere_or_on_nobodys_channel_is_dropped_and_counted) {
    const RelayGranted a = allocate(from_ada);
    const RelayGranted b = allocate(from_bob);
    EXPECT_TRUE(send(elsewhere, data(a.channel)).empty());
    EXPECT_TRUE(send(home_of_bob, data(a.channel)).empty()) << "not even from the other end";
    EXPECT_TRUE(send(home_of_ada, data(static_cast<std::uint16_t>(b.channel + 2))).empty());
    EXPECT_TRUE(send(home_of_ada, data(0xFFFF)).empty());
    EXPECT_EQ(counters().unauthorised.value, 4U);
    EXPECT_EQ(counters().passed.value, 0U);
}

TEST_F(RelayTest, data_waits_for_nobody) {
    const RelayGranted a = allocate(from_ada);
    EXPECT_TRUE(send(home_of_ada, data(a.channel)).empty());
    EXPECT_EQ(counters().unheard.value, 1U);
}

TEST_F(RelayTest, a_request_without_the_secret_gets_no_answer) {
    RelayAllocate request = from_ada.request();
    request.tag[3] = static_cast<std::uint8_t>(request.tag[3] + 1);
    EXPECT_TRUE(send(home_of_ada, request).empty());
    // Somebody else's secret for another peer is none for this one.
    Holder eve{.home = elsewhere, .device = {.high = 6, .low = 6}, .peer = bob};
    RelayAllocate borrowed = eve.request();
    borrowed.device = ada;
    EXPECT_TRUE(send(elsewhere, borrowed).empty());
    EXPECT_EQ(counters().forged.value, 2U);
}

TEST_F(RelayTest, every_field_of_a_request_is_under_its_tag) {
    allocate(from_ada);
    const RelayAllocate honest = from_ada.request();
    std::vector<RelayAllocate> bent(7, honest);
    bent[0].call.low += 1;
    bent[1].device.low += 1;
    bent[2].peer.low += 1;
    bent[3].expires += 1h;
    bent[4].nonce[0] = static_cast<std::uint8_t>(bent[4].nonce[0] + 1);
    bent[5].sequence += 1;
    bent[6].lifetime = {};
    for (const RelayAllocate& request : bent) {
        EXPECT_TRUE(send(home_of_ada, request).empty());
    }
    EXPECT_EQ(counters().forged.value, bent.size());
    EXPECT_EQ(send(home_of_ada, honest).size(), 1U);
}

TEST_F(RelayTest, a_request_repeated_from_elsewhere_moves_nothing) {
    allocate(from_ada);
    const RelayAllocate overheard = from_ada.request();
    const auto challenged = send(elsewhere, overheard);
    ASSERT_EQ(challenged.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<RelayRefused>(challenged[0].message));
    EXPECT_EQ(relay.state().couplings[0].ends[0].client, home_of_ada);
}

TEST_F(RelayTest, a_request_repeated_from_the_same_place_is_dropped) {
    allocate(from_ada);
    const RelayAllocate request = from_ada.request();
    EXPECT_EQ(send(home_of_ada, request).size(), 1U);
    EXPECT_TRUE(send(home_of_ada, request).empty());
    EXPECT_EQ(counters().repeated.value, 1U);
}

TEST_F(RelayTest, whoever_has_moved_goes_on_from_there_once_challenged) {
    const RelayGranted before = allocate(from_ada);
    const RelayGranted b = allocate(from_bob);
    from_ada.home = elsewhere;
    const RelayGranted after = allocate(from_ada);
    EXPECT_EQ(after.channel, before.channel);
    EXPECT_EQ(send(home_of_bob, data(b.channel))[0].destination, elsewhere);
    EXPECT_TRUE(send(home_of_ada, data(before.channel)).empty());
}

TEST_F(RelayTest, an_allocation_lasts_as_long_as_it_is_refreshed) {
    const RelayGranted a = allocate(from_ada);
    allocate(from_bob);
    for (int i = 0; i < 100; ++i) {
        now += 30s;
        allocate(from_ada);
        allocate(from_bob);
    }
    EXPECT_EQ(send(home_of_ada, data(a.channel)).size(), 1U)
        << "beyond what the offer was good for";
    now += timing::relay_lifetime - 1ns;
    EXPECT_TRUE(handle(DeadlineReached{}).empty());
    EXPECT_EQ(send(home_of_ada, data(a.channel)).size(), 1U);
    now += 1ns;
    handle(DeadlineReached{});
    EXPECT_EQ(counters().lapsed.value, 2U);
    EXPECT_TRUE(relay.state().order.empty());
    EXPECT_EQ(relay.next_deadline(), never);
    EXPECT_TRUE(send(home_of_ada, data(a.channel)).empty());
}

TEST_F(RelayTest, releasing_ends_one_end_and_the_last_ends_the_coupling) {
    const RelayGranted a = allocate(from_ada);
    const RelayGranted b = allocate(from_bob);
    const Message said = answer(from_ada, Duration{});
    EXPECT_EQ(std::get<RelayGranted>(said).lifetime, Duration{});
    EXPECT_TRUE(send(home_of_bob, data(b.channel)).empty());
    EXPECT_EQ(counters().unheard.value, 1U);
    EXPECT_TRUE(send(home_of_ada, data(a.channel)).empty());
    answer(from_bob, Duration{});
    EXPECT_EQ(counters().released.value, 2U);
    EXPECT_TRUE(relay.state().order.empty());
    EXPECT_EQ(relay.next_deadline(), never);
    // Said once more it is answered once more.
    EXPECT_TRUE(std::holds_alternative<RelayGranted>(answer(from_bob, Duration{})));
}

TEST_F(RelayTest, a_full_relay_says_so_and_has_a_place_for_the_second_end) {
    relay = Relay(config(1));
    allocate(from_ada);
    Holder other{.home = elsewhere, .device = {.high = 5, .low = 5}, .peer = {.high = 6, .low = 6}};
    EXPECT_EQ(std::get<RelayRefused>(answer(other)).reason, RelayRefusal::full);
    allocate(from_bob);
    answer(from_ada, Duration{});
    EXPECT_EQ(std::get<RelayRefused>(answer(other)).reason, RelayRefusal::full);
    answer(from_bob, Duration{});
    allocate(other);
}

TEST_F(RelayTest, one_device_has_only_so_many) {
    for (std::uint64_t i = 0; i < 2; ++i) {
        Holder more{.home = home_of_ada, .device = ada, .peer = bob, .of = {.high = 1, .low = i}};
        allocate(more);
    }
    EXPECT_EQ(std::get<RelayRefused>(answer(from_ada)).reason, RelayRefusal::too_many);
    allocate(from_bob);
}

TEST_F(RelayTest, an_offer_out_of_date_begins_nothing) {
    from_ada.expires = now.time_since_epoch() + 1s;
    now += 1s;
    EXPECT_EQ(std::get<RelayRefused>(answer(from_ada)).reason, RelayRefusal::expired);
}

TEST_F(RelayTest, one_that_is_being_emptied_refuses_new_ones_and_keeps_the_others) {
    const RelayGranted a = allocate(from_ada);
    handle(CapacityChanged{.capacity = 0});
    allocate(from_ada);
    allocate(from_bob);
    EXPECT_EQ(send(home_of_ada, data(a.channel)).size(), 1U);
    Holder other{.home = elsewhere, .device = {.high = 5, .low = 5}, .peer = bob};
    EXPECT_EQ(std::get<RelayRefused>(answer(other)).reason, RelayRefusal::full);
    handle(CapacityChanged{.capacity = 2});
    allocate(other);
}

TEST_F(RelayTest, after_a_crash_everything_is_gone_and_can_be_had_again) {
    const RelayGranted before = allocate(from_ada);
    RelayConfig again = config();
    again.seed = key_of(77);
    relay = Relay(again);
    EXPECT_TRUE(send(home_of_ada, data(before.channel)).empty());
    const auto challenged = send(home_of_ada, from_ada.request());
    ASSERT_EQ(challenged.size(), 1U);
    EXPECT_EQ(std::get<RelayRefused>(challenged[0].message).reason, RelayRefusal::stale_nonce);
    allocate(from_ada);
    allocate(from_bob);
}

TEST_F(RelayTest, after_a_crash_channels_have_other_names) {
    const RelayGranted before = allocate(from_ada);
    RelayConfig again = config();
    again.seed = key_of(77);
    relay = Relay(again);
    const RelayGranted after = allocate(from_ada);
    EXPECT_NE(after.channel, before.channel);
    EXPECT_NE(after.relayed, before.relayed);
}

TEST_F(RelayTest, a_nonce_grows_old) {
    allocate(from_ada);
    now += 3 * timing::relay_nonce_period;
    const auto passed = send(home_of_ada, from_ada.request());
    ASSERT_EQ(passed.size(), 1U);
    EXPECT_EQ(std::get<RelayRefused>(passed[0].message).reason, RelayRefusal::stale_nonce);
}

TEST_F(RelayTest, its_state_comes_back_from_bytes) {
    allocate(from_ada);
    allocate(from_bob);
    std::vector<std::uint8_t> bytes;
    serialise(relay.state(), bytes);
    const auto read = deserialise<RelayState>(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(difference(read.value(), relay.state()).empty());
}

// Whatever is sent from anywhere, data only ever passes between the ends of one coupling, and
// what is allocated stays within its bounds.
RC_GTEST_FIXTURE_PROP(RelayTest, couples_nobody_else_whatever_it_is_sent, ()) {
    relay = Relay(config());
    std::vector<Holder> holders;
    for (std::uint64_t i = 0; i < 6; ++i) {
        Holder holder{.home = {.ip = ipv4(0xCB007100U + static_cast<std::uint32_t>(i)), .port = 9},
                      .device = {.high = 1, .low = i},
                      .peer = {.high = 1, .low = i ^ 1U},
                      .of = {.high = 4, .low = i / 2}};
        holders.push_back(holder);
    }
    std::vector<std::uint16_t> channels{0, 7};
    const int steps = *rc::gen::inRange(0, 60);
    for (int step = 0; step < steps; ++step) {
        const auto who = *rc::gen::inRange<std::size_t>(0, holders.size());
        const auto where = *rc::gen::inRange<std::size_t>(0, holders.size());
        switch (*rc::gen::inRange(0, 4)) {
            case 0:
                take_channel(
                    answer(holders[who], *rc::gen::element(Duration{}, Duration{5s}, Duration{1h})),
                    channels);
                break;
            case 1:
                now += *rc::gen::element(Duration{1s}, Duration{40s});
                handle(DeadlineReached{});
                break;
            case 2:
                send(holders[where].home, any_message());
                break;
            default: {
                const auto channel = *rc::gen::elementOf(channels);
                for (const Passed& passed : send(holders[where].home, data(channel))) {
                    RC_ASSERT(passed.destination == holders[where ^ 1U].home);
                }
            }
        }
        RC_ASSERT(relay.state().order.size() <= 4U);
    }
    now += timing::relay_lifetime;
    handle(DeadlineReached{});
    RC_ASSERT(relay.state().order.empty());
    RC_ASSERT(relay.next_deadline() == never);
}

}  // namespace
}  // namespace invitro::protocol
