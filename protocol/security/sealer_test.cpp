#include "protocol/security/sealer.hpp"

#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/state.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

RandomValue secret(std::uint8_t number) {
    RandomValue value;
    value.octets.fill(number);
    return value;
}

class SealerTest : public ::testing::TestWithParam<SealSuite> {
protected:
    [[nodiscard]] KeyPair keys(std::uint8_t number) const {
        return key_pair_of(GetParam(), secret(number));
    }

    [[nodiscard]] Party device(std::uint8_t number) const {
        return Party::of_device(device_id_of(keys(number).public_key));
    }

    [[nodiscard]] Sealer device_sealer(std::uint8_t number, std::uint32_t incarnation = 1) const {
        return Sealer({.suite = GetParam(),
                       .self = device(number),
                       .keys = keys(number),
                       .cluster = keys(100).public_key,
                       .incarnation = incarnation,
                       .seed = secret(static_cast<std::uint8_t>(number + 50 * incarnation)),
                       .channels_max = SealConfig::device_channels_max});
    }

    [[nodiscard]] Sealer broker_sealer(std::uint16_t node = 0,
                                       std::uint32_t channels_max = 8) const {
        return Sealer({.suite = GetParam(),
                       .self = Party::of_broker(node),
                       .keys = keys(100),
                       .cluster = keys(100).public_key,
                       .incarnation = 1,
                       .seed = secret(static_cast<std::uint8_t>(200 + node)),
                       .channels_max = channels_max});
    }

    static std::vector<std::uint8_t> seal(Sealer& sealer,
                                          const Party& recipient,
                                          std::string_view text) {
        const SealKind kind = sealer.kind_for(recipient);
        std::vector<std::uint8_t> bytes(text.size() + seal_overhead(kind));
        EXPECT_EQ(sealer.seal(recipient, kind, bytes_of(text), bytes), bytes.size());
        return bytes;
    }

    // What it says and who has said it; or why it is dropped.
    static std::string open(Sealer& sealer, ByteView bytes, const Party& expected) {
        const auto opened = sealer.open(bytes);
        if (!opened) return std::string(to_string(opened.error()));
        EXPECT_EQ(opened->sender, expected);
        return std::string(text_of(opened->plain));
    }

    [[nodiscard]] bool is_symbolic() const { return GetParam() == SealSuite::symbolic; }
};

TEST_P(SealerTest, a_first_message_to_the_cluster_is_opened_by_any_of_its_nodes) {
    Sealer one = device_sealer(1);
    const auto bytes = seal(one, Party::of_broker(), "hello");
    for (const std::uint16_t node : std::initializer_list<std::uint16_t>{0, 3}) {
        Sealer broker = broker_sealer(node);
        EXPECT_EQ(open(broker, bytes, device(1)), "hello");
    }
}

TEST_P(SealerTest, an_answer_is_opened_by_the_device_it_is_for_and_by_nobody_else) {
    Sealer one = device_sealer(1);
    Sealer two = device_sealer(2);
    Sealer broker = broker_sealer(3);
    EXPECT_EQ(open(broker, seal(one, Party::of_broker(), "hello"), device(1)), "hello");
    ASSERT_TRUE(broker.can_seal_for(device(1)));
    const auto bytes = seal(broker, device(1), "welcome");
    EXPECT_EQ(open(two, bytes, {}), "forged_dropped");
    EXPECT_EQ(open(broker, bytes, {}), "forged_dropped");
    EXPECT_EQ(open(one, bytes, Party::of_broker(3)), "welcome");
}

TEST_P(SealerTest, a_message_is_opened_once) {
    if (is_symbolic()) return;
    Sealer one = device_sealer(1);
    Sealer broker = broker_sealer();
    const auto first = seal(one, Party::of_broker(), "first");
    const auto second = seal(one, Party::of_broker(), "second");
    EXPECT_EQ(open(broker, second, device(1)), "second");
    EXPECT_EQ(open(broker, first, device(1)), "first");
    EXPECT_EQ(open(broker, second, device(1)), "replayed_dropped");
    EXPECT_EQ(open(broker, first, device(1)), "replayed_dropped");
}

TEST_P(SealerTest, what_a_former_incarnation_said_is_not_taken_from_its_successor) {
    if (is_symbolic()) return;
    Sealer before = device_sealer(1, 1);
    Sealer after = device_sealer(1, 2);
    Sealer broker = broker_sealer();
    const auto old = seal(before, Party::of_broker(), "old");
    EXPECT_EQ(open(broker, seal(after, Party::of_broker(), "new"), device(1)), "new");
    EXPECT_EQ(open(broker, old, {}), "replayed_dropped");
}

TEST_P(SealerTest, nobody_speaks_for_another_device) {
    Sealer one = device_sealer(1);
    Sealer broker = broker_sealer();
    auto bytes = seal(one, Party::of_broker(), "hello");
    const PublicKey others = keys(2).public_key;
    std::copy(others.begin(), others.end(), bytes.begin() + 2);
    EXPECT_EQ(open(broker, bytes, {}), "forged_dropped");
    EXPECT_FALSE(broker.can_seal_for(device(2)));
    EXPECT_FALSE(broker.can_seal_for(device(1)));
}

TEST_P(SealerTest, a_message_to_the_broker_is_none_to_the_device_when_turned_round) {
    Sealer one = device_sealer(1);
    Sealer broker = broker_sealer();
    EXPECT_EQ(open(broker, seal(one, Party::of_broker(), "hello"), device(1)), "hello");
    const auto bytes = seal(one, Party::of_broker(), "hello");
    std::vector<std::uint8_t> turned(bytes.size() - 14);
    const SealNonce nonce = read_envelope_header(bytes)->nonce;
    const std::size_t header_size = write_envelope_header({.kind = SealKind::to_device,
                                                           .key = {},
                                                           .device = device(1).device,
                                                           .from_node = 0,
                                                           .to_node = 0,
                                                           .nonce = nonce},
                                                          turned);
    std::copy(bytes.begin() + seal_header_size(SealKind::to_broker),
              bytes.end(),
              turned.begin() + static_cast<std::ptrdiff_t>(header_size));
    EXPECT_EQ(open(one, turned, {}), "forged_dropped");
}

TEST_P(SealerTest, nodes_of_a_cluster_know_each_other) {
    Sealer zero = broker_sealer(0);
    Sealer three = broker_sealer(3);
    Sealer four = broker_sealer(4);
    const auto bytes = seal(zero, Party::of_broker(3), "over to you");
    EXPECT_EQ(open(four, bytes, {}), "forged_dropped");
    EXPECT_EQ(open(three, bytes, Party::of_broker(0)), "over to you");
}

TEST_P(SealerTest, a_push_is_sealed_for_a_device_that_was_never_heard) {
    Sealer one = device_sealer(1);
    Sealer broker = broker_sealer();
    EXPECT_FALSE(broker.can_seal_for(device(1)));
    broker.learn(keys(1).public_key);
    std::vector<std::uint8_t> bytes(5 + seal_overhead(SealKind::push));
    broker.seal(device(1), SealKind::push, bytes_of("rings"), bytes);
    EXPECT_EQ(open(one, bytes, Party::of_broker(0)), "rings");
    EXPECT_EQ(open(one, bytes, Party::of_broker(0)), "rings") << "push services repeat";
}

TEST_P(SealerTest, no_two_messages_have_the_same_key_and_nonce) {
    if (is_symbolic()) return;
    std::set<std::pair<RandomValue, SealNonce>> seen;
    for (const std::uint32_t incarnation : {1U, 1U, 2U}) {
        // The second one has lost count of its incarnations, but has a seed of its own.
        Sealer one({.suite = GetParam(),
                    .self = device(1),
                    .keys = keys(1),
                    .cluster = keys(100).public_key,
                    .incarnation = incarnation,
                    .seed = secret(static_cast<std::uint8_t>(10 + seen.size())),
                    .channels_max = SealConfig::device_channels_max});
        for (int i = 0; i < 5; ++i) {
            const auto bytes = seal(one, Party::of_broker(), "hello");
            const RandomValue key = one.state().channels.begin()->value.send_key;
            EXPECT_TRUE(seen.emplace(key, read_envelope_header(bytes)->nonce).second);
        }
    }
}

// A peer that was forgotten and is met again is spoken to in another stream.
TEST_P(SealerTest, forgets_who_was_quiet_for_longest_and_never_repeats_a_nonce) {
    if (is_symbolic()) return;
    Sealer broker = broker_sealer(0, 2);
    std::set<SealNonce> seen;
    for (int round = 0; round < 3; ++round) {
        for (const std::uint8_t number : std::initializer_list<std::uint8_t>{1, 2, 3}) {
            broker.learn(keys(number).public_key);
            const auto bytes = seal(broker, device(number), "hello");
            EXPECT_TRUE(seen.insert(read_envelope_header(bytes)->nonce).second);
            EXPECT_LE(broker.state().channels.size(), 2U);
            EXPECT_TRUE(broker.can_seal_for(device(number)));
        }
    }
}

TEST_P(SealerTest, its_state_comes_back_from_bytes) {
    Sealer one = device_sealer(1);
    Sealer broker = broker_sealer();
    EXPECT_EQ(open(broker, seal(one, Party::of_broker(), "hello"), device(1)), "hello");
    std::vector<std::uint8_t> bytes;
    serialise(broker.state(), bytes);
    EXPECT_EQ(deserialise<SealerState>(bytes).value(), broker.state());
}

TEST_P(SealerTest, drops_what_is_no_envelope) {
    Sealer broker = broker_sealer();
    Sealer one = device_sealer(1);
    const auto bytes = seal(one, Party::of_broker(), "");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(open(broker, ByteView{bytes}.first(size), {}), "malformed_dropped");
    }
    auto later = bytes;
    later[1] = seal_version + 1;
    EXPECT_EQ(open(broker, later, {}), "malformed_dropped");
}

INSTANTIATE_TEST_SUITE_P(All,
                         SealerTest,
                         ::testing::Values(SealSuite::real,
                                           SealSuite::charged,
                                           SealSuite::symbolic),
                         [](const auto& one) { return std::string(to_string(one.param)); });

// An explorer finds equal states equal.
TEST(Sealer, symbolic_bytes_follow_from_key_and_text_alone) {
    const KeyPair cluster = key_pair_of(SealSuite::symbolic, secret(100));
    const KeyPair keys = key_pair_of(SealSuite::symbolic, secret(1));
    Sealer one({.suite = SealSuite::symbolic,
                .self = Party::of_device(device_id_of(keys.public_key)),
                .keys = keys,
                .cluster = cluster.public_key,
                .incarnation = 1,
                .seed = secret(1),
                .channels_max = 4});
    std::vector<std::uint8_t> first(5 + seal_overhead_max);
    std::vector<std::uint8_t> second = first;
    one.seal(Party::of_broker(), SealKind::to_broker, bytes_of("hello"), first);
    one.seal(Party::of_broker(), SealKind::to_broker, bytes_of("hello"), second);
    EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace invitro::protocol
