// What became of attacks: what the service said to attackers, what got through to an initiator, and
// how much a broker held meanwhile. What was sent is counted by deed (sim/run.hpp), and what was
// dropped by the machines' remarks.
//
// From boundary events alone, and only in worlds with attackers.
#pragma once

#include "properties/byte_stream.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "scenarios/world.hpp"
#include "sim/observer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace invitro::reports {

enum class AbuseFigure : std::uint8_t {
    answered = 0,        // datagrams that the service sent to an attacker
    refused = 1,         // of these, refusals of an invitation
    accepts_forged = 2,  // told to an initiator, though no user of that device had accepted
    // The most that the first broker was seen to hold at once.
    calls_held_max = 3,
    tokens_of_call_max = 4,
    bindings_held_max = 5,
    rates_held_max = 6,
    waiting_max = 7,  // inputs, for its disk
};

inline constexpr std::size_t abuse_figure_count = 8;

std::string_view to_string(AbuseFigure figure);

// The others add up.
constexpr bool is_maximum(AbuseFigure figure) {
    return figure >= AbuseFigure::calls_held_max;
}

// Of one world or, merged, of many; it adds up in any order.
class Abuse {
public:
    bool operator==(const Abuse&) const = default;

    [[nodiscard]] std::uint64_t of(AbuseFigure figure) const {
        return figures_[static_cast<std::size_t>(figure)];
    }

    // Added to a sum; a maximum grows to it.
    void put(AbuseFigure figure, std::uint64_t value);

    void merge(const Abuse& other);

    void write(properties::ByteWriter& writer) const;
    // Throws std::runtime_error where the bytes are not what write() wrote.
    static Abuse read(properties::ByteReader& reader);

private:
    std::array<std::uint64_t, abuse_figure_count> figures_{};
};

class AbuseWatch : public sim::Observer {
public:
    // The world must outlive this.
    explicit AbuseWatch(const scenarios::World& world) : world_(world) {}

    void observe(const model::Event& event) override;

    [[nodiscard]] const Abuse& abuse() const { return abuse_; }

private:
    void on_sent(const model::DatagramSent& sent);
    void on_notification(const model::EventHeader& header,
                         const protocol::Notification& notification);
    void on_measured(const model::StateMeasured& state);
    void consents(std::uint32_t device, const protocol::CallId& call);

    const scenarios::World& world_;
    std::set<std::pair<protocol::CallId, protocol::DeviceId>> consented_;
    Abuse abuse_;
};

}  // namespace invitro::reports
