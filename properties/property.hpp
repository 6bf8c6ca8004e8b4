// A property: what must hold, where it comes from, and how it was judged.
#pragma once

#include "model/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::properties {

enum class PropertyKind : std::uint8_t { safety = 0, liveness = 1, privacy = 2, resources = 3 };

std::string_view to_string(PropertyKind kind);

struct PropertyInfo {
    std::string_view id;        // "accept-delivery"
    std::string_view sentence;  // what must hold, for a person
    std::string_view source;    // claim step, rule number, RFC section
    PropertyKind kind = PropertyKind::safety;
};

// One breach, with the event that shows it (0 where the breach is that nothing came).
struct Violation {
    model::Sequence at = 0;
    protocol::CallId call;
    std::string explanation;

    bool operator==(const Violation&) const = default;
};

enum class Verdict : std::uint8_t { holds = 0, violated = 1, vacuous = 2 };

std::string_view to_string(Verdict verdict);

// How a property fared in one world or, added up, in many.
struct Tally {
    std::uint64_t checked = 0;  // how often it was really exercised
    std::uint64_t violated = 0;
    std::vector<Violation> violations;  // the first few of one world

    bool operator==(const Tally&) const = default;

    // Violated beats all; never exercised is vacuous, not passed.
    [[nodiscard]] Verdict verdict() const {
        if (violated != 0) return Verdict::violated;
        return checked != 0 ? Verdict::holds : Verdict::vacuous;
    }
};

}  // namespace invitro::properties
