// The schema and the reference page: the tables in format/tables.cpp as others see them.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"
#include "scenarios/metric.hpp"
#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

using format::FieldShape;
using format::Null;
using format::Value;

constexpr std::string_view introduction = R"(# Scenario files

<!-- Written by `invitro schema --reference`; the tables in scenarios/format/tables.cpp are the
     source. A test compares. -->

A scenario describes people, their devices and networks, who calls whom and what goes wrong. It is
JSON with `//` and `/* */` comments. Everything has a default, so `{}` is a scenario, if a quiet one.
`invitro schema` prints a JSON Schema (draft-07); save it beside your file, name it as `"$schema"`, and
your editor completes keys and words. `invitro scenarios` lists those that come with the program.

There are two ways to say who is there, and they can be mixed:

- *drawn*: `population.people`, `access`, `nat`, `behaviour` and `workload.arrivals` are
  distributions; each seed gives another world.
- *spelt out*: `population.networks`, `profiles`, `devices`, `workload.calls`, `moves` and `faults`
  name each thing by a number of its own. Numbers are never reused, so removing one thing changes
  nothing about the others. Where something is drawn, numbers from FIRST_DRAWN on are for it.

| written as | means |
| --- | --- |
| `"250ms"` | a duration; units are `ns`, `us`, `ms`, `s`, `min`, `h` |
| `"1%"` | a share or a probability |
| `"500ms"`, `{"uniform": ["1s", "3s"]}`, `{"exponential": {"mean": "2s"}}`, `{"lognormal": {"median": "620ms", "sigma": 0.71}}` | a distribution of durations; the first is the same for all |
| `{"quantiles": [...]}` | any distribution, by its quantiles at 0, 1/32, ..., 31/32, 0.98, 0.99, 0.995, 0.999 and 1 |
| `"wifi"`, `{"wifi": 3, "4g": 1}`, `[{"value": "wifi", "weight": 3}, ...]` | a mix: one for all, or weights of several |

A mistake is reported with file, line, column, the place in the document and what was expected:

    household.json:12:9: /network/losss: unknown key; did you mean "loss"?
)";

// A bar would end the cell.
std::string cell(std::string text) {
    for (std::size_t bar = text.find('|'); bar != std::string::npos;
         bar = text.find('|', bar + 2)) {
        text.replace(bar, 1, "\\|");
    }
    return text;
}

std::string default_cell(const FieldShape& field) {
    if (field.required) return "required";
    if (field.default_value.as<Null>() != nullptr) return "";
    std::string text = format::write_line(field.default_value);
    constexpr std::size_t length_max = 80;
    if (text == "{}" || text == "[]" || text == "\"\"" || text.size() > length_max) return "";
    return fmt::format("`{}`", cell(std::move(text)));
}

void append_table(std::string& page, const std::vector<FieldShape>& fields) {
    page += "\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const FieldShape& field : fields) {
        page += fmt::format("| `{}` | {} | {} | {} |\n",
                            field.key,
                            cell(field.shape.expected),
                            default_cell(field),
                            cell(field.description));
    }
}

std::string sentence(std::string text) {
    if (text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return text + ".";
}

// One heading for every object there is, however deep; the depth is that of the tables.
// NOLINTNEXTLINE(misc-no-recursion)
void append_objects(std::string& page,
                    const std::vector<FieldShape>& fields,
                    const std::string& prefix) {
    for (const FieldShape& field : fields) {
        if (field.shape.fields.empty()) continue;
        const std::string name = prefix + field.key + (field.shape.is_list ? "[]" : "");
        page += fmt::format("\n## `{}`\n\n{}\n", name, sentence(field.description));
        append_table(page, field.shape.fields);
        append_objects(page, field.shape.fields, name + ".");
    }
}

// The words that stand for something, as the schema has them.
void append_words(std::string& page) {
    page += "\n## Words\n\n| for | known are |\n| --- | --- |\n";
    const Value definitions = format::schema_definitions();
    for (const format::Member& definition : *definitions.as<Value::Object>()) {
        const Value* words = definition.value.find("enum");
        if (words == nullptr) continue;
        std::string list;
        for (const Value& word : *words->as<Value::List>()) {
            list += fmt::format("{}`{}`", list.empty() ? "" : ", ", *word.as<std::string>());
        }
        std::string name = definition.key;
        std::replace(name.begin(), name.end(), '_', ' ');
        page += fmt::format("| {} | {} |\n", name, list);
    }
    page +=
        "\nA NAT kind is MAPPING/FILTERING (RFC 4787): endpoint independent, address dependent, or "
        "address and\nport dependent. As older names have it: full cone `EIM/EIF`, restricted cone "
        "`EIM/ADF`, port restricted\ncone `EIM/APDF`, symmetric `APDM/APDF`. `PUB` is a public "
        "address, `FW` a firewall that translates nothing\nand lets answers in, `BLK` a network "
        "that lets no UDP out.\n\nThe network that `network` describes is everybody's. For loss in "
        "one place, give each device there a fault\n`loss`. The ids that `properties` takes are "
        "those that `invitro properties` lists.\n";
}

void append_metrics(std::string& page) {
    page +=
        "\n## Metrics\n\nA threshold names a metric and one of its statistics.\n\n"
        "| metric | statistics | bound | meaning |\n| --- | --- | --- | --- |\n";
    for (const Metric& metric : metrics()) {
        std::string names;
        for (const std::string& statistic : statistics(metric)) {
            names += fmt::format("{}`{}`", names.empty() ? "" : " ", statistic);
        }
        const std::string_view bound = metric.unit == MetricUnit::milliseconds ? "a duration"
                                       : metric.unit == MetricUnit::share      ? "a share"
                                                                               : "a number";
        page +=
            fmt::format("| `{}` | {} | {} | {} |\n", metric.name, names, bound, metric.description);
    }
    page += "\n`count` is always a number.\n";
}

}  // namespace

std::string schema_json() {
    const auto fields = format::scenario_section().field_shapes();
    Value::Object schema{
        {.key = "$schema", .value = "http://json-schema.org/draft-07/schema#"},
        {.key = "title", .value = "Invitro scenario"},
        {.key = "description", .value = "Comments, // and /* */, are allowed in the file."}};
    const Value object = format::object_schema(fields);
    for (const format::Member& member : *object.as<Value::Object>()) {
        schema.push_back(member);
    }
    schema.push_back({.key = "definitions", .value = format::schema_definitions()});
    return format::write_document(schema);
}

std::string reference_page() {
    const auto fields = format::scenario_section().field_shapes();
    std::string page(introduction);
    constexpr std::string_view place = "FIRST_DRAWN";
    page.replace(page.find(place), place.size(), std::to_string(limits::drawn_number_first));
    page += "\n## The file\n";
    append_table(page, fields);
    append_objects(page, fields, "");
    append_words(page);
    append_metrics(page);
    return page;
}

}  // namespace invitro::scenarios
