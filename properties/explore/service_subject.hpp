// The service as the explorer's subject: the real broker, clients and relays of a small world.
//
// What a World says of how long things take and how often they fail is not looked at: everything is
// tried. Its people do what its rows say (call, answer, cancel, choose, transfer), in any order, at
// the instant in which they could; who is connected hangs up. Devices are registered from the
// start. Each has one address, seen by everybody, and is not asked to find out others: there are no
// reflectors.
//
// Sealing is ideal: a machine is told who has sent what was sealed for it, and nobody else can read
// or write it. A broker's disk is as fast as thought; a crash comes between any two inputs, or when
// what follows from an input is durable and has not been said yet.
#pragma once

#include "properties/explore/subject.hpp"
#include "protocol/vocabulary/result.hpp"
#include "scenarios/world.hpp"

namespace invitro::properties::explore {

struct ServiceOptions {
    // Whether devices reach each other without a relay.
    bool has_direct_paths = true;
    // False: what passes between devices, and between devices and relays, does so within the move
    // that caused it, in the order in which it was sent, and is never lost.
    bool explores_paths = false;
    // Whether brokers keep what they need after a crash.
    bool may_crash = false;
};

// Errors: the world has what the explorer does not know (several brokers, moves, attackers, changes
// of registration or membership), or is too large.
protocol::Result<Subject> service_subject(const scenarios::World& world,
                                          const ServiceOptions& options);

}  // namespace invitro::properties::explore
