#include "scenarios/format/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios::format {

std::string_view to_string(Entity entity) {
    switch (entity) {
        case Entity::network:
            return "network";
        case Entity::profile:
            return "profile";
        case Entity::device:
            return "device";
        case Entity::call:
            return "call";
        case Entity::fault:
            return "fault";
        case Entity::broker:
            return "broker";
        case Entity::relay:
            return "relay";
        case Entity::attacker:
            return "attacker";
    }
    return "unknown";
}

Reader::Step::Step(Reader& reader, std::string_view key)
    : reader_(reader), length_before_(reader.pointer_.size()) {
    reader_.pointer_ += pointer_step(key);
}

Reader::Step::~Step() {
    reader_.pointer_.resize(length_before_);
}

bool Reader::fail(const Value& at, std::string message) {
    return fail_at(at.offset, std::move(message));
}

bool Reader::fail_at(std::size_t offset, std::string message) {
    flaws_.push_back({.offset = offset, .pointer = pointer_, .message = std::move(message)});
    return false;
}

bool Reader::define(Entity entity, std::uint32_t number, const Value& at) {
    auto& numbers = defined_[static_cast<std::size_t>(entity)];
    if (numbers.emplace(number, at.offset).second) return true;
    return fail(at, fmt::format("two {}s have the number {}", to_string(entity), number));
}

bool Reader::define_identifier(const std::string& identifier, const Value& at) {
    if (identifiers_.emplace(identifier, at.offset).second) return true;
    return fail(at, fmt::format("the identifier \"{}\" is given twice", identifier));
}

bool Reader::refer(Entity entity, std::uint32_t number, const Value& at) {
    const auto& numbers = defined_[static_cast<std::size_t>(entity)];
    if (numbers.contains(number)) return true;
    constexpr std::size_t listed_max = 12;
    std::string known;
    std::size_t listed = 0;
    for (const auto& [existing, offset] : numbers) {
        if (++listed > listed_max) break;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", existing);
    }
    if (numbers.size() > listed_max) {
        known += fmt::format(" and {} more", numbers.size() - listed_max);
    }
    return fail(at,
                fmt::format("there is no {} {}; {}",
                            to_string(entity),
                            number,
                            known.empty() ? "none is spelt out" : "known are " + known));
}

const std::uint32_t* Reader::number_from(Entity entity, std::uint32_t first) const {
    const auto& numbers = defined_[static_cast<std::size_t>(entity)];
    const auto found = numbers.lower_bound(first);
    return found == numbers.end() ? nullptr : &found->first;
}

std::vector<Flaw> Reader::take_flaws() {
    std::stable_sort(flaws_.begin(), flaws_.end(), [](const Flaw& a, const Flaw& b) {
        return a.offset < b.offset;
    });
    return std::move(flaws_);
}

}  // namespace invitro::scenarios::format
