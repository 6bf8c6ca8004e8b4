// The trace of one call: what its actors said to each other, when, and what became of it; enough to
// draw its sequence chart.
#pragma once

#include "model/node_id.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "scenarios/world.hpp"
#include "sim/observer.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

// Who takes part: a node, or the push service (which is no node of the world).
struct Actor {
    model::NodeId node;  // none: the push service

    auto operator<=>(const Actor&) const = default;

    [[nodiscard]] bool is_push_service() const { return node.kind == model::NodeKind::none; }
};

enum class Fate : std::uint8_t { under_way = 0, delivered = 1, dropped = 2 };

// One message on its way, or (without a recipient) something that happened at one actor.
struct TraceStep {
    std::int64_t at = 0;  // nanoseconds since the call was asked for
    Actor from;
    std::optional<Actor> to;  // where unknown for a dropped one, or a step at one actor: nothing
    std::string label;        // "InviteRequest", "user accepts"
    Fate fate = Fate::under_way;
    std::int64_t ended = 0;  // delivered or dropped then
    std::string reason;      // of a drop
    bool is_message = true;

    bool operator==(const TraceStep&) const = default;
};

struct CallTrace {
    std::uint64_t world = 0;
    std::uint64_t seed = 0;  // of that world
    protocol::CallId call;
    std::uint32_t initiator = 0;
    std::int64_t accept_delivery = -1;  // the slowest of the call; -1: no accept arrived
    std::vector<TraceStep> steps;       // by time
    std::uint64_t steps_left_out = 0;   // beyond the recorder's bound

    bool operator==(const CallTrace&) const = default;
};

// Keeps the events of the calls it is asked to, and of no other.
class TraceRecorder : public sim::Observer {
public:
    static constexpr std::size_t steps_max = 2'000;  // per call

    TraceRecorder(const scenarios::World& world,
                  std::uint64_t index,
                  const std::vector<protocol::CallId>& calls);

    void observe(const model::Event& event) override;

    // In the order in which the calls were given. Once, after the world has ended.
    [[nodiscard]] std::vector<CallTrace> take();

private:
    struct Recording {
        CallTrace trace;
        protocol::Instant start{};
        std::map<std::uint32_t, std::optional<protocol::Instant>> devices;  // and when it accepted
    };

    // A step that may still arrive or be dropped.
    struct Open {
        std::size_t recording = 0;
        std::size_t step = 0;
    };

    Recording* recording_of(const protocol::CallId& call);
    void add(const model::EventHeader& header, TraceStep step);
    void note(const model::EventHeader& header, std::string_view label);
    void on_sent(const model::EventHeader& header, const model::DatagramSent& sent);
    void finish(const model::EventHeader& header, Fate fate, std::string_view reason);
    void on_push(const model::EventHeader& header, const model::PushSubmitted& push);
    void on_command(const model::EventHeader& header, const protocol::Command& command);
    void on_notification(const model::EventHeader& header,
                         const protocol::Notification& notification);
    void measure_arrival(const model::EventHeader& header, const protocol::DeviceId& device);
    [[nodiscard]] std::optional<Actor> addressee(const Recording& recording,
                                                 const protocol::Address& destination) const;
    [[nodiscard]] std::optional<Actor> inhabitant(const Recording& recording,
                                                  std::uint32_t network) const;

    const scenarios::World* world_;
    std::vector<Recording> recordings_;
    protocol::DenseMap<std::uint32_t, protocol::Instant> pending_;  // CallCommand, by initiator
    protocol::DenseMap<model::Sequence, Open> open_;  // by the event that began or handed on a step
};

}  // namespace invitro::reports
