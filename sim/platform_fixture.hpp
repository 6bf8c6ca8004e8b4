// The platform that all tests of one program share, since a process can build only one.
//
// A test that needs a topology of its own, or a parent without an engine, runs in a fresh process
// instead: a death test in "threadsafe" style that expects exit code 0 starts the program anew.
#pragma once

#include "sim/platform.hpp"

namespace invitro::sim {

// The built-in metros. Built at the first call and never torn down.
inline Platform& shared_test_platform() {
    static Platform* const platform = new Platform(model::builtin_metros());
    return *platform;
}

}  // namespace invitro::sim
