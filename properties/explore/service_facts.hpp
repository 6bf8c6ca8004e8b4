// What is seen of the service from outside, as facts, and what is promised of them.
//
// There is a word for each call, and behind it one for each device in that call. The ids of the
// promises are those of the catalogue (catalogue/), where the same is asked of simulated worlds.
#pragma once

#include "properties/explore/subject.hpp"
#include "protocol/notifications.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <vector>

namespace invitro::properties::explore {

// Of a call.
enum class CallFact : std::uint8_t {
    placed,
    cancelled,  // by its user, before anybody was connected
    hung_up,    // by its user
    failed,     // the broker did not take it
    ended,      // its user was told that the invitation is over
    ended_as_declined,
    crossed,  // it gave way to a call that came the other way
    transfer_asked,
    transfer_failed,
    leg_offered,
    leg_at_target,  // the session goes on at the device it was given to
    leg_at_peer,    // ... at its other end
};

// Of a device in a call; each that is counted has the next number as well.
enum class DeviceFact : std::uint8_t {
    rang,
    rang_again,
    accepted,  // by its user
    declined,
    stopped_ringing,
    confirmed,  // its user was told that the broker has its acceptance
    refused,    // ... that it came too late
    arrived,    // at the initiator
    arrived_again,
    data_mixed_up,      // connection data was shown that is not of who it was said to be of
    connected,          // the device was told
    peer_connected,     // the initiator was told
    disconnected,       // the device was told
    peer_disconnected,  // the initiator was told
    heard_answered,     // that somebody else was chosen
    heard_cancelled,
    heard_declined,
};

// Where the facts stand.
struct FactPlan {
    std::uint32_t calls = 0;
    std::uint32_t devices = 0;

    [[nodiscard]] std::uint16_t call_word(std::uint32_t call) const {
        return static_cast<std::uint16_t>(call * (devices + 1));
    }

    [[nodiscard]] std::uint16_t device_word(std::uint32_t call, std::uint32_t device) const {
        return static_cast<std::uint16_t>(call * (devices + 1) + 1 + device);
    }

    [[nodiscard]] std::size_t words() const { return std::size_t{calls} * (devices + 1); }
};

// What the promises need to know of a call in advance. Devices are told by their rows.
struct CallPlan {
    protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
    std::uint32_t initiator = 0;
    std::vector<std::uint32_t> invited;  // devices of the callee, but the initiator
    bool has_transfer = false;
    bool may_connect = true;  // directly or by a relay
    bool is_crossed = false;  // somebody calls the other way
};

std::vector<Promise> service_invariants(const FactPlan& plan, const std::vector<CallPlan>& calls);
std::vector<Promise> service_goals(const FactPlan& plan, const std::vector<CallPlan>& calls);

}  // namespace invitro::properties::explore
