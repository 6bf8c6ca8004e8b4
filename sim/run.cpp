#include "sim/run.hpp"

#include "sim/invitation_cast.hpp"
#include "sim/simulation.hpp"

namespace invitro::sim {

RunSummary run_world(const scenarios::World& world,
                     Platform& platform,
                     std::span<Observer* const> observers) {
    InvitationCast cast(world);
    Simulation<InvitationCast> simulation(world, platform, cast, observers);
    const RunSummary summary = simulation.run();
    platform.advance(summary.ended - protocol::Instant{});
    return summary;
}

}  // namespace invitro::sim
