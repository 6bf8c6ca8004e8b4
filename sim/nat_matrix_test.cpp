#include "sim/nat_matrix.hpp"

#include "sim/platform_fixture.hpp"

#include <gtest/gtest.h>

namespace invitro::sim {
namespace {

using model::NatKind;

const NatMatrix& matrix() {
    static const NatMatrix the_matrix = nat_matrix(1, shared_test_platform());
    return the_matrix;
}

Connectivity cell(NatKind initiator, NatKind recipient) {
    return matrix()[static_cast<std::size_t>(initiator)][static_cast<std::size_t>(recipient)];
}

TEST(NatMatrix, who_calls_makes_no_difference) {
    for (std::size_t row = 0; row < model::nat_kind_count; ++row) {
        for (std::size_t column = 0; column < row; ++column) {
            EXPECT_EQ(matrix()[row][column], matrix()[column][row]) << row << " " << column;
        }
    }
}

TEST(NatMatrix, a_public_address_is_reached_directly_by_everybody_but_the_blocked) {
    for (std::size_t kind = 0; kind < model::nat_kind_count; ++kind) {
        const bool blocked = static_cast<NatKind>(kind) == NatKind::blk;
        EXPECT_EQ(cell(NatKind::pub, static_cast<NatKind>(kind)),
                  blocked ? Connectivity::relay : Connectivity::direct);
    }
}

TEST(NatMatrix, endpoint_independent_mappings_reach_each_other_whatever_they_filter) {
    for (const NatKind a : {NatKind::eim_eif, NatKind::eim_adf, NatKind::eim_apdf}) {
        for (const NatKind b : {NatKind::eim_eif, NatKind::eim_adf, NatKind::eim_apdf}) {
            EXPECT_EQ(cell(a, b), Connectivity::direct);
        }
    }
}

TEST(NatMatrix, two_symmetric_nats_meet_at_a_relay) {
    EXPECT_EQ(cell(NatKind::apdm_apdf, NatKind::apdm_apdf), Connectivity::relay);
    EXPECT_EQ(cell(NatKind::apdm_apdf, NatKind::eim_apdf), Connectivity::relay);
    EXPECT_EQ(cell(NatKind::apdm_apdf, NatKind::eim_adf), Connectivity::direct);
}

TEST(NatMatrix, everybody_reaches_everybody_the_blocked_over_streams_and_a_relay) {
    for (std::size_t row = 0; row < model::nat_kind_count; ++row) {
        for (std::size_t column = 0; column < model::nat_kind_count; ++column) {
            const bool is_blocked = static_cast<NatKind>(row) == NatKind::blk ||
                                    static_cast<NatKind>(column) == NatKind::blk;
            EXPECT_NE(matrix()[row][column], Connectivity::failed) << row << " " << column;
            if (is_blocked) {
                EXPECT_EQ(matrix()[row][column], Connectivity::relay) << row << " " << column;
            }
        }
    }
}

TEST(NatMatrix, without_streams_the_blocked_reach_nobody) {
    for (std::size_t other = 0; other < model::nat_kind_count; ++other) {
        const auto kind = static_cast<NatKind>(other);
        Platform& platform = shared_test_platform();
        EXPECT_EQ(try_pair(NatKind::blk, kind, 1, platform, false), Connectivity::failed) << other;
        EXPECT_EQ(try_pair(kind, NatKind::blk, 1, platform, false), Connectivity::failed) << other;
    }
}

TEST(NatMatrix, without_a_relay_a_pair_fails_exactly_where_it_would_use_one) {
    for (std::size_t row = 0; row < model::nat_kind_count; ++row) {
        for (std::size_t column = 0; column <= row; ++column) {
            const Connectivity with = matrix()[row][column];
            scenarios::World world =
                nat_world(static_cast<NatKind>(row), static_cast<NatKind>(column), 1);
            world.relays.clear();
            const Connectivity without = try_world(world, shared_test_platform());
            EXPECT_EQ(without, with == Connectivity::relay ? Connectivity::failed : with)
                << row << " " << column;
        }
    }
}

// What the two boxes of a cell are is all that decides, whichever ports they draw.
TEST(NatMatrix, is_the_same_for_every_seed) {
    const NatKind kinds[] = {NatKind::eim_apdf, NatKind::adm_adf, NatKind::apdm_eif};
    for (const NatKind a : kinds) {
        for (const NatKind b : kinds) {
            for (std::uint64_t seed = 2; seed < 5; ++seed) {
                EXPECT_EQ(try_pair(a, b, seed, shared_test_platform()), cell(a, b));
            }
        }
    }
}

// RFC 4787 5: a looser filter lets in all that a stricter one does.
TEST(NatMatrix, loosening_a_filter_never_loses_a_pair) {
    const NatKind rows[][3] = {{NatKind::eim_apdf, NatKind::eim_adf, NatKind::eim_eif},
                               {NatKind::adm_apdf, NatKind::adm_adf, NatKind::adm_eif},
                               {NatKind::apdm_apdf, NatKind::apdm_adf, NatKind::apdm_eif}};
    for (const auto& strict_to_loose : rows) {
        for (std::size_t other = 0; other < model::nat_kind_count; ++other) {
            for (std::size_t i = 0; i + 1 < 3; ++i) {
                const auto kind = static_cast<NatKind>(other);
                if (cell(strict_to_loose[i], kind) == Connectivity::direct) {
                    EXPECT_EQ(cell(strict_to_loose[i + 1], kind), Connectivity::direct);
                }
            }
        }
    }
}

}  // namespace
}  // namespace invitro::sim
