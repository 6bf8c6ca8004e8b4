// A call made by hand for tests: a world of three devices and the events of a call in it, so that
// what is measured can be told from the numbers in the test.
#pragma once

#include "model/event.hpp"
#include "scenarios/world.hpp"
#include "sim/identities.hpp"
#include "sim/observer.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace invitro::reports {

// Device 1 (fibre, PUB) calls; 2 (wifi, EIM/APDF) and 3 (4g, APDM/APDF) are called.
inline scenarios::World staged_world() {
    scenarios::World world;
    world.name = "staged";
    world.seed = 7;
    world.networks = {
        {.number = 1, .access = model::AccessKind::fibre, .nat = {.kind = model::NatKind::pub}},
        {.number = 2, .access = model::AccessKind::wifi, .nat = {.kind = model::NatKind::eim_apdf}},
        {.number = 3,
         .access = model::AccessKind::cellular_4g,
         .nat = {.kind = model::NatKind::apdm_apdf}}};
    world.devices = {{.number = 1, .profile = 1, .network = 1, .reaction = {}},
                     {.number = 2, .profile = 2, .network = 2, .reaction = {}},
                     {.number = 3, .profile = 2, .network = 3, .reaction = {}}};
    return world;
}

// Feeds an observer with events; each call says where and, in milliseconds, when.
class Stage {
public:
    Stage(const scenarios::World& world, sim::Observer& observer)
        : security_(world.security), seed_(world.seed), observer_(observer) {}

    static protocol::CallId call() { return {.high = 1, .low = 2}; }

    [[nodiscard]] protocol::DeviceId id(std::uint32_t device) const {
        return sim::device_id(security_, seed_, device);
    }

    static model::NodeId device(std::uint32_t number) {
        return {.kind = model::NodeKind::device, .number = number};
    }

    static model::NodeId broker() { return {.kind = model::NodeKind::broker, .number = 0}; }

    // The event's sequence number.
    model::Sequence show(model::NodeId node,
                         std::int64_t milliseconds,
                         const model::EventBody& body,
                         const protocol::CallId& about = call(),
                         model::Sequence cause = 0) {
        ++sequence_;
        observer_.observe(
            {.header = {.at = protocol::Instant{std::chrono::milliseconds{milliseconds}},
                        .sequence = sequence_,
                        .cause = cause,
                        .node = node,
                        .call = about},
             .body = body});
        return sequence_;
    }

    template <class Command>
    void command(std::uint32_t number, std::int64_t milliseconds, const Command& command) {
        const bool names_call = !std::is_same_v<Command, protocol::CallCommand>;
        show(device(number),
             milliseconds,
             model::CommandGiven<protocol::Command>{protocol::Command{command}},
             names_call ? call() : protocol::CallId{});
    }

    template <class Notification>
    void told(std::uint32_t number, std::int64_t milliseconds, const Notification& notification) {
        show(device(number),
             milliseconds,
             model::Notified<protocol::Notification>{protocol::Notification{notification}});
    }

    // Device 1 calls at 1 s; 2 rings at 1.6 s and accepts at 4 s; 3 rings at 1.8 s. The accept
    // takes 90 ms, connecting 400 ms; 3 falls silent 250 ms after that. Three datagrams, two
    // pushes.
    void play() {
        command(1, 1000, protocol::CallCommand{});
        told(1, 1000, protocol::CallStarted{.call = call(), .callee = {}});
        send(device(1), 1010, 100);
        push(2, 1050);
        push(3, 1050);
        told(2,
             1600,
             protocol::Ringing{.call = call(), .caller = {}, .callee = {}, .connection = {}});
        told(3,
             1800,
             protocol::Ringing{.call = call(), .caller = {}, .callee = {}, .connection = {}});
        command(2, 4000, protocol::AcceptCommand{.call = call()});
        send(device(2), 4000, 150);
        send(broker(), 4040, 160);
        told(1, 4090, protocol::AcceptArrived{.call = call(), .device = id(2), .connection = {}});
        told(1, 4400, protocol::Connected{.call = call(), .peer = id(2), .remote = {}});
        told(3,
             4650,
             protocol::RingingStopped{.call = call(), .reason = protocol::EndReason::answered});
        show({}, 60'000, model::WorldEnded{}, {});
    }

    model::Sequence send(model::NodeId node, std::int64_t milliseconds, std::size_t size) {
        payload_.assign(size, 0);
        return show(
            node,
            milliseconds,
            model::DatagramSent{.source = {}, .destination = {}, .payload = payload_, .digest = 0});
    }

    model::Sequence push(std::uint32_t number, std::int64_t milliseconds) {
        return show(broker(),
                    milliseconds,
                    model::PushSubmitted{.device = number, .token = {}, .payload = {}});
    }

private:
    protocol::SealSuite security_;
    std::uint64_t seed_;
    sim::Observer& observer_;
    model::Sequence sequence_ = 0;
    std::vector<std::uint8_t> payload_;
};

}  // namespace invitro::reports
