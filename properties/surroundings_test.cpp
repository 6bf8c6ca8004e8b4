// The rule on pairs of NAT boxes, against the boxes themselves.
#include "properties/surroundings.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace invitro::properties {
namespace {

using model::NatBox;
using model::NatKind;
using protocol::Address;

// Two hosts that send to every address they know of each other, learn every source they hear, and
// go on until nothing new is learned. To begin with they know what two reflectors saw.
class Hosts {
public:
    Hosts(NatKind one, NatKind other) : ends_{End(one, 0), End(other, 1)} {
        for (std::size_t side = 0; side < 2; ++side) {
            End& end = ends_[side];
            for (const std::uint32_t reflector : {1U, 2U}) {
                const auto sent = end.send({.ip = protocol::ipv4(0x09000000U + reflector)});
                if (sent) ends_[1 - side].known.insert(*sent);
            }
        }
    }

    bool meet() {
        constexpr int rounds = 8;
        for (int round = 0; round < rounds; ++round) {
            flood(0);
            flood(1);
        }
        return ends_[0].has_heard && ends_[1].has_heard;
    }

private:
    struct End {
        End(NatKind kind, std::uint32_t number)
            : inside{.ip = protocol::ipv4(0x0A000001U + number), .port = 5000},
              outside(model::translates(kind) ? protocol::ipv4(0x0B000001U + number) : inside.ip),
              box({.kind = kind}, outside, number) {}

        std::optional<Address> send(const Address& destination) {
            model::NatRefusal refusal{};
            const auto passed = box.outbound({}, inside, destination, refusal);
            return passed ? std::optional{passed->source} : std::nullopt;
        }

        bool lets_in(const Address& source, const Address& destination) {
            model::NatRefusal refusal{};
            return box.inbound({}, source, destination, refusal).has_value();
        }

        Address inside;
        protocol::IpAddress outside;
        NatBox box;
        std::set<Address> known;  // of the other end
        bool has_heard = false;
    };

    void flood(std::size_t side) {
        End& to = ends_[1 - side];
        const std::set<Address> destinations = ends_[side].known;
        for (const Address& destination : destinations) {
            const auto source = ends_[side].send(destination);
            if (!source || !to.lets_in(*source, destination)) continue;
            to.has_heard = true;
            to.known.insert(*source);
        }
    }

    std::array<End, 2> ends_;
};

TEST(AllowsDirectPath, is_true_where_two_hosts_meet_without_predicting_ports) {
    int direct = 0;
    for (std::size_t one = 0; one < model::nat_kind_count; ++one) {
        for (std::size_t other = 0; other < model::nat_kind_count; ++other) {
            const auto a = static_cast<NatKind>(one);
            const auto b = static_cast<NatKind>(other);
            EXPECT_EQ(allows_direct_path(a, b), Hosts(a, b).meet())
                << to_string(a) << " and " << to_string(b);
            direct += allows_direct_path(a, b) ? 1 : 0;
        }
    }
    // As `invitro nat-matrix` finds with two real clients.
    EXPECT_EQ(direct, 73);
}

}  // namespace
}  // namespace invitro::properties
