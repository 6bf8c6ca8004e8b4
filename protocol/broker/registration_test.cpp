// Registration: leases, incarnations, tokens, late joiners; and the registry by itself.
#include "protocol/broker/broker_fixture_test.hpp"

namespace invitro::protocol::testing {
namespace {

using Registration = BrokerTest;

TEST_F(Registration, IsAcknowledgedWithTheLeaseGranted) {
    RegisterDevice message = registration(2, phone(7));
    message.lease = std::chrono::hours{100};
    receive(2, message);
    EXPECT_EQ(only<RegisterAck>(last),
              (RegisterAck{device_id(2), 1, timing::lease_max, 0, vouched(message).credentials}));
    message.lease = 10s;
    receive(2, message);
    EXPECT_EQ(only<RegisterAck>(last).lease, 10s);
}

TEST_F(Registration, ThatIsOlderIsIgnoredButAcknowledgedWithTheNewerIncarnation) {
    RegisterDevice newer = registration(2, phone(7));
    newer.incarnation = 5;
    receive(2, newer);
    now += 1s;
    RegisterDevice older = registration(2, phone(8));
    older.incarnation = 4;
    receive(2, older);
    EXPECT_EQ(only<RegisterAck>(last),
              (RegisterAck{device_id(2), 5, timing::lease_max - 1s, RegisterAck::no_part, {}}));
    invite();
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U) << "phone(7) still reaches it";
}

TEST_F(Registration, ThatIsOlderThanThatOfAnotherProviderIsIgnoredToo) {
    register_devices({2});
    RegisterDevice second = registration(2, phone(7));
    second.incarnation = 5;
    second.token = token(20, PushProvider::fcm);
    receive(2, second);
    RegisterDevice late = registration(2, phone(8));
    late.incarnation = 3;
    receive(2, late);
    EXPECT_EQ(only<RegisterAck>(last).incarnation, 5U);
    EXPECT_EQ(invite().pushed.size(), 2U) << "phone(7) still reaches it through both tokens";
}

TEST_F(Registration, ThatIsNewerReplacesTokenAndIdentifiers) {
    register_devices({2});
    RegisterDevice newer = registration(2, phone(8));
    newer.incarnation = 2;
    newer.token = token(22);
    receive(2, newer);
    EXPECT_EQ(count_remarks(last, RemarkKind::registration_replaced), 1U);
    EXPECT_TRUE(invite().pushed.empty());
    InviteRequest other = request();
    other.call = call_id(2);
    other.callee = phone(8);
    receive(initiator, other);
    ASSERT_EQ(last.pushed.size(), 1U);
    EXPECT_EQ(last.pushed[0].token, token(22));
}

TEST_F(Registration, OfADeviceThatChangedItsAccountDropsWhatTheOldAccountHad) {
    RegisterDevice first = registration(2, phone(7));
    first.token = token(20, PushProvider::fcm);
    receive(2, first);
    RegisterDevice second = registration(2, phone(8));
    second.incarnation = 2;
    second.profile = {.high = 0xF, .low = 999};
    receive(2, second);
    EXPECT_TRUE(invite().pushed.empty()) << "the old account's token still rings";
}

TEST_F(Registration, ThatLapsedIsNotInvited) {
    RegisterDevice message = registration(2, phone(7));
    message.lease = 10s;
    receive(2, message);
    pass(9s);
    invite();
    EXPECT_EQ(last.pushed.size(), 1U);
    pass(1s);
    call = call_id(2);
    invite();
    EXPECT_TRUE(last.pushed.empty());
}

TEST_F(Registration, WithoutALeaseEndsTheRegistrationAtOnce) {
    register_devices({2});
    RegisterDevice message = registration(2, phone(7));
    message.incarnation = 2;
    message.lease = 0s;
    receive(2, message);
    EXPECT_EQ(only<RegisterAck>(last).lease, 0s);
    EXPECT_TRUE(invite().pushed.empty());
}

TEST_F(Registration, DuringAnOpenCallJoinsIt) {
    register_devices({2});
    invite();
    pass(5s);
    register_devices({3});
    EXPECT_EQ(count_sent<RegisterAck>(last, 3), 1U);
    EXPECT_EQ(only_push<InvitePush>(last).device, device_id(3));
    EXPECT_EQ(only_push<InvitePush>(last).age, 5s);
    EXPECT_EQ(count_remarks(last, RemarkKind::late_joiner_invited), 1U);
    keep_tickets();
    accept(3);
    EXPECT_EQ(only<AcceptForward>(last).connection, connection(3));
}

TEST_F(Registration, DuringACallToNobodyJoinsItToo) {
    invite();
    register_devices({3});
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 1U);
}

TEST_F(Registration, AfterAChoiceOrTheEndDoesNotJoin) {
    register_devices({2});
    invite();
    accept(2);
    choose({2});
    register_devices({3});
    EXPECT_TRUE(last.pushed.empty());
    call = call_id(2);
    invite();
    cancel();
    register_devices({4});
    EXPECT_TRUE(last.pushed.empty());
    call = call_id(3);
    invite();
    pass(60s);
    register_devices({5});
    EXPECT_TRUE(last.pushed.empty());
}

TEST_F(Registration, OfANewTokenInheritsTheInvitation) {
    register_devices({2});
    invite();
    RegisterDevice newer = registration(2, phone(7));
    newer.incarnation = 2;
    newer.token = token(22);
    receive(2, newer);
    ASSERT_EQ(last.pushed.size(), 1U);
    EXPECT_EQ(last.pushed[0].token, token(22));
    EXPECT_EQ(count_remarks(last, RemarkKind::late_joiner_invited), 0U);
    const Outputs later = pass(2s);
    ASSERT_EQ(later.pushed.size(), 1U) << "the old token is pushed to no more";
    EXPECT_EQ(later.pushed[0].token, token(22));
}

TEST_F(Registration, ThatIsARefreshPushesNothingAgain) {
    register_devices({2});
    invite();
    RegisterDevice refresh = registration(2, phone(7));
    refresh.incarnation = 2;
    receive(2, refresh);
    EXPECT_TRUE(last.pushed.empty());
    EXPECT_EQ(count_remarks(last, RemarkKind::registration_replaced), 0U);
}

TEST_F(Registration, ThatNamesNobodyOrNoTokenIsDropped) {
    RegisterDevice nobody = registration(2, phone(7));
    nobody.device = {};
    EXPECT_TRUE(is_silent(receive(2, nobody)));
    RegisterDevice unreachable = registration(2, phone(7));
    unreachable.token.value.clear();
    EXPECT_TRUE(is_silent(receive(2, unreachable)));
    EXPECT_EQ(count_remarks(last, RemarkKind::malformed_dropped), 1U);
}

TEST_F(Registration, IsForgottenOnlyLongAfterItsLease) {
    register_devices({2, 3});
    pass(std::chrono::hours{49});
    for (std::uint32_t i = 10; i < 14; ++i) {
        receive(i, registration(i, phone(i)));
    }
    const auto& bindings = broker.state().registry.bindings;
    const auto count = std::count_if(bindings.begin(), bindings.end(), [](const auto& binding) {
        return binding.device == device_id(2) || binding.device == device_id(3);
    });
    EXPECT_EQ(count, 0);
    EXPECT_TRUE(invite().pushed.empty());
}

TEST_F(Registration, PreregisteringEqualsRegisteringOneByOne) {
    Broker loaded(broker_config());
    for (std::uint32_t i = 0; i < 500; ++i) {
        RegisterDevice message = registration(i % 400 + 1, phone(i % 150));
        message.identifiers.push_back(phone(1000 + i));
        message.incarnation = i / 400;
        receive(i, message);
        loaded.preregister(now, message);
    }
    EXPECT_TRUE(drain(loaded) == Outputs{});
    EXPECT_TRUE(loaded.state().registry == broker.state().registry);
    EXPECT_TRUE(loaded.state().calls == broker.state().calls);
    EXPECT_TRUE(loaded.state().config == broker.state().config);
    BrokerState apart_from_counters = broker.state();
    apart_from_counters.counters = loaded.state().counters;
    EXPECT_TRUE(apart_from_counters == loaded.state());
}

TEST_F(Registration, RepeatedReplacementsTakeNoMoreRoomThanTheFirst) {
    const auto replace_all = [&](std::uint32_t round) {
        for (std::uint32_t i = 0; i < 50; ++i) {
            RegisterDevice message = registration(i + 1, phone(1000 * round + i));
            message.incarnation = round;
            message.token = token(1000 * round + i);
            receive(i, message);
        }
    };
    replace_all(1);
    const Registry before = broker.state().registry;
    for (std::uint32_t round = 2; round < 8; ++round) {
        replace_all(round);
    }
    const Registry& after = broker.state().registry;
    EXPECT_EQ(after.bindings.size(), before.bindings.size());
    EXPECT_LE(after.identifiers.size(), before.identifiers.size() + 1);
    EXPECT_LE(after.links.size(), before.links.size() + 1);
    EXPECT_LE(after.bytes.units.size(), before.bytes.units.size() + 8);
}

TEST_F(Registration, OfAHundredThousandDevicesLeavesEachOneReachable) {
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        broker.preregister(now, registration(i + 1000, phone(i)));
    }
    EXPECT_LT(broker.state().registry.memory_size() / 100'000, 280U);
    for (std::uint32_t i = 0; i < 100'000; i += 997) {
        InviteRequest message = request();
        message.call = call_id(i);
        message.callee = phone(i);
        receive(initiator, message);
        EXPECT_EQ(only_push<InvitePush>(last).device, device_id(i + 1000));
    }
}

}  // namespace
}  // namespace invitro::protocol::testing
