#include "model/hostile/attacker.hpp"

namespace invitro::model {

std::string_view to_string(Deed deed) {
    switch (deed) {
        case Deed::forge_answers:
            return "forge_answers";
        case Deed::guess_calls:
            return "guess_calls";
        case Deed::flood_invitations:
            return "flood_invitations";
        case Deed::flood_registrations:
            return "flood_registrations";
        case Deed::send_garbage:
            return "send_garbage";
        case Deed::replay:
            return "replay";
    }
    return "unknown";
}

}  // namespace invitro::model
