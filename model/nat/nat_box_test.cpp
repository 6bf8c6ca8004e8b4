// What RFC 4787 asks, section by section. nat_box_lockstep_test.cpp has the random histories.
#include "model/nat/nat_box.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::instant_at;
using protocol::IpAddress;
using protocol::ipv4;

const IpAddress outside_ip = ipv4(0xCB007101);  // 203.0.113.1
const Address alice{.ip = ipv4(0x0A000002), .port = 5000};
const Address bob{.ip = ipv4(0x0A000003), .port = 5000};
const Address server{.ip = ipv4(0xC6336401), .port = 7000};
const Address server_other_port{.ip = server.ip, .port = 7001};
const Address stranger{.ip = ipv4(0xC6336402), .port = 7000};

constexpr Instant start = instant_at(1'000'000'000);

constexpr NatKind translating_kinds[] = {NatKind::eim_eif,
                                         NatKind::eim_adf,
                                         NatKind::eim_apdf,
                                         NatKind::adm_eif,
                                         NatKind::adm_adf,
                                         NatKind::adm_apdf,
                                         NatKind::apdm_eif,
                                         NatKind::apdm_adf,
                                         NatKind::apdm_apdf};

// A box whose packets are sent and received in one line.
class Box {
public:
    explicit Box(NatKind kind) : Box(NatPolicy{.kind = kind}) {}

    explicit Box(const NatPolicy& policy, std::uint64_t seed = 1) : box{policy, outside_ip, seed} {}

    // The source that `to` sees; fails the test where nothing passes.
    Address send(const Address& from, const Address& to, Instant now = start) {
        const auto passed = box.outbound(now, from, to, refusal);
        EXPECT_TRUE(passed.has_value()) << to_string(refusal);
        if (!passed) return {};
        EXPECT_EQ(passed->destination, to);
        return passed->source;
    }

    // Who inside gets what `from` sends to `to`; none where it is refused.
    Address receive(const Address& from, const Address& to, Instant now = start) {
        const auto passed = box.inbound(now, from, to, refusal);
        if (!passed) return {};
        EXPECT_EQ(passed->source, from);
        return passed->destination;
    }

    NatBox box;
    NatRefusal refusal{};
};

std::string name_of(const testing::TestParamInfo<NatKind>& info) {
    std::string name{to_string(info.param)};
    for (char& letter : name) {
        if (letter == '/') letter = '_';
    }
    return name;
}

// Mapping and filtering as the kind's own name says them: "EIM/ADF" gives "EIM" and "ADF".
std::string mapping_word(NatKind kind) {
    const std::string_view name = to_string(kind);
    return std::string{name.substr(0, name.find('/'))};
}

std::string filtering_word(NatKind kind) {
    const std::string_view name = to_string(kind);
    return std::string{name.substr(name.find('/') + 1)};
}

class EachNat : public testing::TestWithParam<NatKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, EachNat, testing::ValuesIn(translating_kinds), name_of);

// ---- 4.1 mapping --------------------------------------------------------------------------------

TEST_P(EachNat, rfc4787_4_1_reuses_a_mapping_as_far_as_its_kind_says) {
    Box nat{GetParam()};
    const Address first = nat.send(alice, server);
    const Address same = nat.send(alice, server, start + 1s);
    const Address other_port = nat.send(alice, server_other_port, start + 1s);
    const Address other_address = nat.send(alice, stranger, start + 1s);

    EXPECT_EQ(first.ip, outside_ip);
    EXPECT_EQ(first, same);
    EXPECT_EQ(first == other_port, mapping_word(GetParam()) != "APDM");
    EXPECT_EQ(first == other_address, mapping_word(GetParam()) == "EIM");
    const std::size_t expected = mapping_word(GetParam()) == "EIM"   ? 1
                                 : mapping_word(GetParam()) == "ADM" ? 2
                                                                     : 3;
    EXPECT_EQ(nat.box.mapping_count(start + 1s), expected);
}

TEST_P(EachNat, rfc4787_4_1_inside_endpoints_never_share_a_mapping) {
    Box nat{GetParam()};
    const Address alice_again{.ip = alice.ip, .port = 5001};
    const std::set<std::uint16_t> ports{nat.send(alice, server).port,
                                        nat.send(bob, server).port,
                                        nat.send(alice_again, server).port};
    EXPECT_EQ(ports.size(), 3U);
}

// ---- 4.2 ports ----------------------------------------------------------------------------------

TEST_P(EachNat, rfc4787_4_2_ports_are_random_and_above_1023) {
    std::set<std::uint16_t> ports;
    int preserved = 0;
    int next_to_the_last = 0;
    std::uint16_t last = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Box nat{NatPolicy{.kind = GetParam()}, seed};
        const std::uint16_t port = nat.send(alice, server).port;
        EXPECT_GE(port, 1024);
        ports.insert(port);
        if (port == alice.port) ++preserved;
        if (port == last + 1) ++next_to_the_last;
        last = port;
    }
    EXPECT_GT(ports.size(), 195U);
    EXPECT_LE(preserved, 1);
    EXPECT_LE(next_to_the_last, 1);
}

TEST(NatBox, rfc4787_4_2_no_two_mappings_share_a_port_until_all_are_taken) {
    Box nat{NatPolicy{.kind = NatKind::apdm_apdf, .port_count = 16}};
    std::set<std::uint16_t> ports;
    Address remote = server;
    for (std::size_t i = 0; i < 16; ++i, ++remote.port) {
        ports.insert(nat.send(alice, remote).port);
        EXPECT_EQ(ports.size(), i + 1);
    }
    EXPECT_EQ(*ports.begin(), 1024);
    EXPECT_EQ(*ports.rbegin(), 1024 + 15);

    EXPECT_FALSE(nat.box.outbound(start, alice, remote, nat.refusal));
    EXPECT_EQ(nat.refusal, NatRefusal::no_port);
    // What has a mapping goes on, and expired ones make room.
    nat.send(alice, server, start + 60s);
    nat.send(alice, remote, start + 120s);
    EXPECT_EQ(nat.box.mapping_count(start + 120s), 2U);
}

TEST(NatBox, a_box_without_ports_maps_nothing) {
    Box nat{NatPolicy{.kind = NatKind::eim_eif, .port_count = 0}};
    EXPECT_FALSE(nat.box.outbound(start, alice, server, nat.refusal));
    EXPECT_EQ(nat.refusal, NatRefusal::no_port);
}

TEST_P(EachNat, equal_boxes_draw_equal_ports_whoever_else_sends) {
    Box one{GetParam()};
    Box other{GetParam()};
    EXPECT_EQ(one.box, other.box);
    other.send(bob, stranger);
    other.send(bob, server);
    EXPECT_NE(one.box, other.box);
    EXPECT_EQ(one.send(alice, server), other.send(alice, server));
}

TEST_P(EachNat, a_mapping_has_the_same_port_whatever_else_the_host_sends) {
    Box one{GetParam()};
    Box other{GetParam()};
    other.send(alice, server);
    EXPECT_EQ(one.send(alice, stranger), other.send(alice, stranger));
}

TEST(NatBox, there_are_no_more_ports_than_ports) {
    const NatPolicy policy{.kind = NatKind::eim_eif, .port_count = 65'535};
    EXPECT_EQ((NatBox{policy, outside_ip, 1}.policy().port_count), 64'512);
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        EXPECT_GE((Box{policy, seed}.send(alice, server).port), 1024);
    }
}

// ---- 4.3 refresh --------------------------------------------------------------------------------

TEST_P(EachNat, rfc4787_4_3_a_mapping_lasts_for_its_timeout) {
    Box nat{NatPolicy{.kind = GetParam(), .mapping_timeout = 30s}};
    const Address mapped = nat.send(alice, server);
    EXPECT_EQ(nat.receive(server, mapped, start + 30s - 1ns), alice);
    EXPECT_EQ(nat.box.mapping_count(start + 30s - 1ns), 1U);

    EXPECT_EQ(nat.receive(server, mapped, start + 30s), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::no_mapping);
    EXPECT_EQ(nat.box.mapping_count(start + 30s), 0U);
}

TEST_P(EachNat, rfc4787_4_3_outbound_traffic_refreshes_a_mapping) {
    Box nat{NatPolicy{.kind = GetParam(), .mapping_timeout = 30s}};
    const Address mapped = nat.send(alice, server);
    for (auto now = start; now < start + 100s; now += 29s) {
        EXPECT_EQ(nat.send(alice, server, now), mapped);
    }
    EXPECT_EQ(nat.receive(server, mapped, start + 100s), alice);
}

TEST_P(EachNat, rfc4787_4_3_inbound_traffic_does_not) {
    Box nat{NatPolicy{.kind = GetParam(), .mapping_timeout = 30s}};
    const Address mapped = nat.send(alice, server);
    EXPECT_EQ(nat.receive(server, mapped, start + 29s), alice);
    EXPECT_EQ(nat.receive(server, mapped, start + 31s), Address{});
}

TEST_P(EachNat, an_expired_mapping_does_not_come_back_under_its_old_port) {
    Box nat{NatPolicy{.kind = GetParam(), .mapping_timeout = 30s}};
    const Address before = nat.send(alice, server);
    const Address after = nat.send(alice, server, start + 31s);
    EXPECT_NE(before, after);
    EXPECT_EQ(nat.receive(server, before, start + 31s), Address{});
    EXPECT_EQ(nat.receive(server, after, start + 31s), alice);
    EXPECT_EQ(nat.box.mapping_count(start + 31s), 1U);
}

TEST(NatBox, one_session_keeps_the_mapping_but_each_hole_ages_alone) {
    Box nat{NatPolicy{.kind = NatKind::eim_adf, .mapping_timeout = 30s}};
    const Address mapped = nat.send(alice, server);
    nat.send(alice, stranger);
    EXPECT_EQ(nat.send(alice, server, start + 20s), mapped);
    EXPECT_EQ(nat.receive(server, mapped, start + 40s), alice);
    EXPECT_EQ(nat.receive(stranger, mapped, start + 40s), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::filtered);
    // Sending there again opens the hole again, on the same mapping.
    EXPECT_EQ(nat.send(alice, stranger, start + 41s), mapped);
    EXPECT_EQ(nat.receive(stranger, mapped, start + 42s), alice);
}

TEST_P(EachNat, flushing_forgets_everything) {
    Box nat{GetParam()};
    const Address mapped = nat.send(alice, server);
    nat.box.flush();
    EXPECT_EQ(nat.receive(server, mapped), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::no_mapping);
    EXPECT_EQ(nat.box, Box{GetParam()}.box);
}

// ---- 5 filtering --------------------------------------------------------------------------------

TEST_P(EachNat, rfc4787_5_filters_as_its_kind_says) {
    Box nat{GetParam()};
    const Address mapped = nat.send(alice, server);
    const std::string filtering = filtering_word(GetParam());

    EXPECT_EQ(nat.receive(server, mapped), alice);
    EXPECT_EQ(nat.receive(server_other_port, mapped), filtering == "APDF" ? Address{} : alice);
    EXPECT_EQ(nat.receive(stranger, mapped), filtering == "EIF" ? alice : Address{});
    EXPECT_EQ(nat.refusal, filtering == "EIF" ? NatRefusal{} : NatRefusal::filtered);
}

TEST_P(EachNat, rfc4787_5_the_filter_is_kept_per_mapping) {
    Box nat{GetParam()};
    const Address to_server = nat.send(alice, server);
    const Address to_stranger = nat.send(alice, stranger);
    // Each mapping lets in whom it was used for; a second mapping does not open the first.
    EXPECT_EQ(nat.receive(server, to_server), alice);
    EXPECT_EQ(nat.receive(stranger, to_stranger), alice);
    const bool shares = to_server == to_stranger || filtering_word(GetParam()) == "EIF";
    EXPECT_EQ(nat.receive(stranger, to_server), shares ? alice : Address{});
}

TEST_P(EachNat, nothing_enters_where_nothing_went_out) {
    Box nat{GetParam()};
    EXPECT_EQ(nat.receive(server, {.ip = outside_ip, .port = 5000}), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::no_mapping);
    const Address mapped = nat.send(alice, server);
    EXPECT_EQ(nat.receive(server, {.ip = stranger.ip, .port = mapped.port}), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::no_mapping);
}

// ---- 6 hairpinning ------------------------------------------------------------------------------

TEST_P(EachNat, rfc4787_6_inside_hosts_meet_at_their_outside_addresses) {
    Box nat{GetParam()};
    const Address bob_outside = nat.send(bob, server);
    const Address alice_outside = nat.send(alice, bob_outside);
    // REQ-9a: bob sees alice's outside address, and his filter decides by it.
    const bool is_open = filtering_word(GetParam()) == "EIF";
    EXPECT_EQ(nat.receive(alice_outside, bob_outside), is_open ? bob : Address{});

    const Address bob_to_alice = nat.send(bob, alice_outside);
    const bool same_mapping = bob_to_alice == bob_outside;
    EXPECT_EQ(same_mapping, mapping_word(GetParam()) == "EIM");
    EXPECT_EQ(nat.receive(alice_outside, bob_to_alice), bob);
}

TEST_P(EachNat, rfc4787_6_hairpinning_can_be_refused) {
    Box nat{NatPolicy{.kind = GetParam(), .hairpinning = false}};
    const Address bob_outside = nat.send(bob, server);
    EXPECT_FALSE(nat.box.outbound(start, alice, bob_outside, nat.refusal));
    EXPECT_EQ(nat.refusal, NatRefusal::no_hairpin);
    EXPECT_EQ(nat.receive({.ip = outside_ip, .port = 1}, bob_outside), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::no_hairpin);
    EXPECT_EQ(nat.box.mapping_count(start), 1U);
}

// ---- kinds that do not translate ----------------------------------------------------------------

TEST(NatBox, a_public_host_sends_and_receives_as_it_likes) {
    Box nat{NatKind::pub};
    const Address host{.ip = outside_ip, .port = 5000};
    EXPECT_EQ(nat.receive(stranger, host), host);
    EXPECT_EQ(nat.send(host, server), host);
    EXPECT_EQ(nat.box.mapping_count(start), 0U);
}

TEST(NatBox, blocked_udp_passes_nowhere) {
    Box nat{NatKind::blk};
    EXPECT_FALSE(nat.box.outbound(start, alice, server, nat.refusal));
    EXPECT_EQ(nat.refusal, NatRefusal::blocked);
    nat.refusal = {};
    EXPECT_EQ(nat.receive(server, alice), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::blocked);
}

TEST(NatBox, a_firewall_lets_in_answers_only_and_translates_nothing) {
    Box nat{NatPolicy{.kind = NatKind::fw, .mapping_timeout = 30s}};
    const Address host{.ip = outside_ip, .port = 5000};
    EXPECT_EQ(nat.receive(server, host), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::filtered);

    EXPECT_EQ(nat.send(host, server), host);
    EXPECT_EQ(nat.receive(server, host), host);
    EXPECT_EQ(nat.receive(server_other_port, host), Address{});
    EXPECT_EQ(nat.receive(stranger, host), Address{});
    EXPECT_EQ(nat.receive(server, host, start + 30s), Address{});
    EXPECT_EQ(nat.refusal, NatRefusal::filtered);
}

TEST(NatBox, a_firewall_does_not_mind_hosts_behind_it_that_share_a_port) {
    Box nat{NatKind::fw};
    const Address host{.ip = outside_ip, .port = 5000};
    const Address neighbour{.ip = ipv4(0xCB007102), .port = 5000};
    EXPECT_EQ(nat.send(host, server), host);
    EXPECT_EQ(nat.send(neighbour, server), neighbour);
    EXPECT_EQ(nat.receive(server, neighbour), neighbour);
    EXPECT_EQ(nat.box.mapping_count(start), 2U);
}

TEST(NatBox, a_firewall_needs_no_ports_of_its_own) {
    Box nat{NatPolicy{.kind = NatKind::fw, .port_count = 0}};
    const Address host{.ip = outside_ip, .port = 5000};
    EXPECT_EQ(nat.send(host, server), host);
}

// ---- the value ----------------------------------------------------------------------------------

TEST(NatBox, what_has_expired_is_dropped) {
    NatBox box{{.kind = NatKind::apdm_apdf, .mapping_timeout = 30s}, outside_ip, 1};
    NatRefusal refusal{};
    Address remote = server;
    for (int i = 0; i < 1000; ++i, ++remote.port) {
        ASSERT_TRUE(box.outbound(start + i * 1s, alice, remote, refusal));
    }
    // A box that lived through all that is no larger than one that saw only the last 30 seconds.
    NatBox young{{.kind = NatKind::apdm_apdf, .mapping_timeout = 30s}, outside_ip, 1};
    remote.port = static_cast<std::uint16_t>(remote.port - 30);
    for (int i = 970; i < 1000; ++i, ++remote.port) {
        ASSERT_TRUE(young.outbound(start + i * 1s, alice, remote, refusal));
    }
    EXPECT_EQ(box, young);
}

TEST(NatBox, remembers_no_more_of_a_remote_than_its_kind_needs) {
    const auto after_sending_to = [](NatKind kind, std::initializer_list<Address> remotes) {
        Box nat{kind};
        for (const Address& remote : remotes) {
            nat.send(alice, remote);
        }
        return nat.box;
    };
    EXPECT_EQ(after_sending_to(NatKind::eim_eif, {server}),
              after_sending_to(NatKind::eim_eif, {server, server_other_port, stranger}));
    for (const NatKind kind : {NatKind::eim_adf, NatKind::adm_eif, NatKind::adm_adf}) {
        EXPECT_EQ(after_sending_to(kind, {server}),
                  after_sending_to(kind, {server, server_other_port}));
        EXPECT_NE(after_sending_to(kind, {server}), after_sending_to(kind, {server, stranger}));
    }
}

TEST(NatBox, a_copy_goes_its_own_way) {
    Box nat{NatKind::eim_eif};
    const Address mapped = nat.send(alice, server);
    NatBox copy = nat.box;
    copy.flush();
    EXPECT_EQ(nat.receive(server, mapped), alice);
}

TEST(NatBox, its_policy_is_what_it_was_given) {
    const NatPolicy policy{
        .kind = NatKind::adm_adf, .mapping_timeout = 45s, .hairpinning = false, .port_count = 512};
    EXPECT_EQ((NatBox{policy, outside_ip, 1}.policy()), policy);
    EXPECT_EQ((NatBox{{}, outside_ip, 1}.policy()), NatPolicy{});
}

TEST(NatKinds, are_named_as_the_matrix_names_them) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < nat_kind_count; ++i) {
        const auto kind = static_cast<NatKind>(i);
        names.insert(to_string(kind));
        EXPECT_EQ(parse_nat_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(names,
              (std::set<std::string_view>{"PUB",
                                          "FW",
                                          "EIM/EIF",
                                          "EIM/ADF",
                                          "EIM/APDF",
                                          "ADM/EIF",
                                          "ADM/ADF",
                                          "ADM/APDF",
                                          "APDM/EIF",
                                          "APDM/ADF",
                                          "APDM/APDF",
                                          "BLK"}));
    EXPECT_EQ(parse_nat_kind("eim/eif"), std::nullopt);
    EXPECT_EQ(parse_nat_kind(""), std::nullopt);
}

}  // namespace
}  // namespace invitro::model
