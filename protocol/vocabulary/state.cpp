#include "protocol/vocabulary/state.hpp"

#include <fmt/format.h>

namespace invitro::protocol {

std::string FieldPath::text() const {
    std::string text;
    for (const FieldPath* step = this; step->parent_ != nullptr; step = step->parent_) {
        text.insert(0, step->step_text());
    }
    return text.starts_with('.') ? text.substr(1) : text;
}

std::string FieldPath::step_text() const {
    if (key_text_ != nullptr) return fmt::format("[{}]", key_text_(key_));
    return name_.empty() ? fmt::format("[{}]", index_) : fmt::format(".{}", name_);
}

namespace detail {

std::vector<std::string> difference_of_leaves(const std::vector<ShownLeaf>& a,
                                              const std::vector<ShownLeaf>& b) {
    std::map<std::string_view, const ShownLeaf*> only_b;
    for (const ShownLeaf& leaf : b) {
        only_b.emplace(leaf.path, &leaf);
    }
    std::vector<std::string> lines;
    for (const ShownLeaf& leaf : a) {
        const auto other = only_b.find(leaf.path);
        if (other == only_b.end()) {
            lines.push_back(fmt::format("{}: {} -> (absent)", leaf.path, leaf.text));
            continue;
        }
        if (leaf.bytes != other->second->bytes) {
            lines.push_back(fmt::format("{}: {} -> {}", leaf.path, leaf.text, other->second->text));
        }
        only_b.erase(other);
    }
    for (const ShownLeaf& leaf : b) {
        if (only_b.contains(leaf.path)) {
            lines.push_back(fmt::format("{}: (absent) -> {}", leaf.path, leaf.text));
        }
    }
    return lines;
}

}  // namespace detail
}  // namespace invitro::protocol
