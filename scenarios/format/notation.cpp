#include "scenarios/format/notation.hpp"

#include "scenarios/format/words.hpp"

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

// Draft-07 ignores whatever stands beside a $ref, so a reference goes into an allOf of its own.
Value field_schema(const FieldShape& field) {
    Value::Object schema{{.key = "description", .value = field.description}};
    if (!field.required && field.default_value.as<Null>() == nullptr) {
        schema.push_back({.key = "default", .value = field.default_value});
    }
    const auto* own = field.shape.schema.as<Value::Object>();
    if (own == nullptr) return field.shape.schema;
    if (field.shape.schema.find("$ref") != nullptr) {
        schema.push_back({.key = "allOf", .value = Value::List{field.shape.schema}});
    } else {
        schema.insert(schema.end(), own->begin(), own->end());
    }
    return schema;
}

}  // namespace

bool check_keys(Reader& reader,
                const Value::Object& members,
                const std::vector<std::string>& known) {
    bool good = true;
    for (const Member& member : members) {
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        const Reader::Step step(reader, member.key);
        good = reader.fail_at(member.key_offset, "unknown key; " + known_words(member.key, known));
    }
    return good;
}

Value object_schema(const std::vector<FieldShape>& fields) {
    Value::Object properties;
    Value::List required;
    for (const FieldShape& field : fields) {
        properties.push_back({.key = field.key, .value = field_schema(field)});
        if (field.required) required.emplace_back(field.key);
    }
    Value::Object schema{{.key = "type", .value = "object"},
                         {.key = "properties", .value = std::move(properties)},
                         {.key = "additionalProperties", .value = false}};
    if (!required.empty()) schema.push_back({.key = "required", .value = std::move(required)});
    return schema;
}

Value list_schema(const Value& items) {
    return Value::Object{{.key = "type", .value = "array"}, {.key = "items", .value = items}};
}

bool check_count(Reader& reader, const Value& value, std::size_t count, const ListOf& list) {
    if (count >= list.count_min && count <= list.count_max) return true;
    const std::string range = list.count_min == list.count_max
                                  ? std::to_string(list.count_min)
                                  : fmt::format("{} to {}", list.count_min, list.count_max);
    return reader.fail(value, fmt::format("expected {} {}, found {}", range, list.items, count));
}

}  // namespace invitro::scenarios::format
