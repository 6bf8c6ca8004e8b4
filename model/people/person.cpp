#include "model/people/person.hpp"

namespace invitro::model {

std::string_view to_string(ReactionKind kind) {
    switch (kind) {
        case ReactionKind::ignore:
            return "ignore";
        case ReactionKind::accept:
            return "accept";
        case ReactionKind::decline_here:
            return "decline_here";
        case ReactionKind::decline_everywhere:
            return "decline_everywhere";
        case ReactionKind::busy:
            return "busy";
    }
    return "unknown";
}

std::optional<ReactionKind> parse_reaction(std::string_view text) {
    for (std::size_t i = 0; i < reaction_kind_count; ++i) {
        const auto kind = static_cast<ReactionKind>(i);
        if (to_string(kind) == text) return kind;
    }
    return std::nullopt;
}

}  // namespace invitro::model
