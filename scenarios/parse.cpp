// Files to scenarios and back, by the tables in format/tables.cpp.
#include "scenarios/format/tables.hpp"
#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

using format::Flaw;

using Mistakes = std::vector<Mistake>;

// Flaws come sorted by offset. A file of many mistakes is walked through once, not once for each.
Mistakes placed(const std::vector<Flaw>& flaws, std::string_view text, const std::string& file) {
    Mistakes mistakes;
    format::Place place;
    std::size_t walked = 0;
    for (const Flaw& flaw : flaws) {
        for (; walked < std::min(flaw.offset, text.size()); ++walked) {
            place.pass(text[walked]);
        }
        mistakes.push_back({.file = file,
                            .line = place.line,
                            .column = place.column,
                            .pointer = flaw.pointer,
                            .message = flaw.message});
    }
    return mistakes;
}

}  // namespace

std::string Mistake::text() const {
    std::string text = file;
    if (line > 0) text += fmt::format(":{}:{}", line, column);
    text += ": ";
    if (!pointer.empty()) text += pointer + ": ";
    return text + message;
}

tl::expected<Scenario, Mistakes> parse_scenario(std::string_view text, const std::string& file) {
    auto read = format::read_document(text);
    if (const auto* flaw = std::get_if<Flaw>(&read)) {
        return tl::unexpected(placed({*flaw}, text, file));
    }
    auto& document = std::get<format::Document>(read);
    format::Reader reader(std::move(document.flaws));
    reader.define(format::Entity::broker, 0, document.root);  // it needs no mention
    const auto& section = format::scenario_section();
    Scenario scenario = section.defaults;
    section.read(reader, document.root, scenario);
    std::vector<Flaw> flaws = reader.take_flaws();
    if (flaws.empty()) {
        // The tables say where a mistake stands; this is the net below them.
        const std::string why = inconsistency(scenario.world);
        if (!why.empty()) flaws.push_back({.offset = 0, .pointer = "", .message = why});
    }
    if (!flaws.empty()) return tl::unexpected(placed(flaws, text, file));
    return scenario;
}

std::string to_json(const Scenario& scenario) {
    return format::write_document(format::scenario_section().write(scenario));
}

}  // namespace invitro::scenarios
