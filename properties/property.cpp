#include "properties/property.hpp"

namespace invitro::properties {

std::string_view to_string(PropertyKind kind) {
    switch (kind) {
        case PropertyKind::safety:
            return "safety";
        case PropertyKind::liveness:
            return "liveness";
        case PropertyKind::privacy:
            return "privacy";
        case PropertyKind::resources:
            return "resources";
    }
    return "unknown";
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return "holds";
        case Verdict::violated:
            return "violated";
        case Verdict::vacuous:
            return "vacuous";
    }
    return "unknown";
}

}  // namespace invitro::properties
