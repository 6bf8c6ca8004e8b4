// Who watches a world: properties, metrics, traces.
#pragma once

#include "model/event.hpp"

namespace invitro::sim {

// Sees every event of a world, in order. Payload views in an event hold only during the call.
template <class Service>
class BasicObserver {
public:
    virtual ~BasicObserver() = default;
    virtual void observe(const model::BasicEvent<Service>& event) = 0;
};

using Observer = BasicObserver<protocol::InvitationService>;

}  // namespace invitro::sim
