// The faults in force at the moment, and what they do to a datagram or a notification.
#pragma once

#include "model/fault/fault.hpp"
#include "model/node_id.hpp"
#include "model/post/post_service.hpp"
#include "model/push/push_service.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace invitro::sim {

// Which end of a transmission is asked about. A fault without a target concerns the transmission as
// a whole and is applied once, at the sending end.
enum class End : std::uint8_t { sender = 0, receiver = 1 };

// What the faults of one end do to one datagram.
struct FaultEffect {
    bool lost = false;
    bool duplicated = false;
    protocol::Duration delay{};
};

class ActiveFaults {
public:
    ActiveFaults(std::span<const model::Fault> schedule, std::uint64_t seed)
        : schedule_(schedule), seed_(seed) {}

    void start(std::uint32_t index) { active_.push_back(index); }

    void end(std::uint32_t index) { std::erase(active_, index); }

    [[nodiscard]] bool none() const { return active_.empty(); }

    // `identity` names the datagram; a duplicate has another one.
    [[nodiscard]] FaultEffect on_datagram(model::NodeId node,
                                          End end,
                                          std::uint64_t identity) const;

    [[nodiscard]] model::PushConditions on_push(model::NodeId device) const;

    [[nodiscard]] model::PostConditions on_post(model::PostKind kind, model::NodeId device) const;

    [[nodiscard]] bool is_offline(model::NodeId node) const;

    // Until when the node does nothing; its past or present when it is not paused.
    [[nodiscard]] protocol::Instant paused_until(model::NodeId node) const;

    // A crash is in force: the node's program does not run.
    [[nodiscard]] bool keeps_down(model::NodeId node) const;

    // The relay has no room.
    [[nodiscard]] bool is_exhausted(model::NodeId node) const;

    // How much longer than usual a write of the node's disk takes.
    [[nodiscard]] protocol::Duration disk_slower_by(model::NodeId node) const;

private:
    std::span<const model::Fault> schedule_;
    std::uint64_t seed_;
    std::vector<std::uint32_t> active_;  // in order of start
};

}  // namespace invitro::sim
