// CHECK(condition, "why"): an invariant of our own code, on in every build.
//
// A failed check is our bug: it prints the condition, the reason and the place, and aborts. What a
// peer, a file or a user sends is never checked with it; bad input gets an Error or is dropped and
// counted.
#pragma once

namespace invitro::protocol {

[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace invitro::protocol

#define CHECK(condition, why)     \
    (static_cast<bool>(condition) \
         ? static_cast<void>(0)   \
         : ::invitro::protocol::check_failed(#condition, why, __FILE__, __LINE__))
