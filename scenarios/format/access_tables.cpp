// What is known of single operators' access networks.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"

namespace invitro::scenarios::format {

using model::AccessFigures;

// clang-format off

Section<KindFigures> access_figures_section() {
    const auto figure = [](auto member) { return path(&KindFigures::figures, member); };
    return {.fields = {
        {"access", &KindFigures::access, access_kind(),
            "whose; at most once", Presence::required},
        {"round_trip", figure(&AccessFigures::round_trip), duration(),
            "the mean over this access alone, there and back; \"0s\": as the kind is"},
        {"deviation", figure(&AccessFigures::deviation), duration(),
            "the standard deviation of that; \"0s\": as the kind is"},
        {"burst", figure(&AccessFigures::burst), duration(),
            "how long, on average, a moment lasts in which much is lost; \"0s\": as the kind is"},
    }};
}

// clang-format on

}  // namespace invitro::scenarios::format
