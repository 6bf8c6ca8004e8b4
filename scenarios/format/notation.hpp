// Notations: how the values of a type are written in a scenario file.
//
// A notation reads a value, writes it, and says what it looks like, for messages, for the schema
// and for the reference page. Notations are put together from smaller ones: a Section from the
// notations of its fields, a list from that of its items. So the tables in tables.cpp are the whole
// format, and each line there serves all five purposes at once.
#pragma once

#include "scenarios/format/reader.hpp"
#include "scenarios/format/value.hpp"

#include <fmt/format.h>

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace invitro::scenarios::format {

struct FieldShape;

// What a notation looks like, whatever the type it gives.
struct Shape {             // NOLINT(misc-no-recursion): objects have fields
    std::string expected;  // "a duration such as \"250ms\"": in messages, and on the reference page
    Value schema;          // JSON Schema, draft-07
    std::vector<FieldShape> fields;  // where it is an object or a list of objects
    bool is_list = false;
};

struct FieldShape {  // NOLINT(misc-no-recursion)
    std::string key;
    std::string description;
    bool required = false;
    Value default_value;  // Null where it is required
    Shape shape;
};

template <class T>
struct Notation {
    Shape shape;
    // Changes the target, which holds the default, to what is written. False where mistakes were
    // reported; the target is then as good as the default.
    std::function<bool(Reader&, const Value&, T&)> read;
    std::function<Value(const T&)> write;
};

// "expected ..., found ...": the value is not even of the right kind.
inline bool fail_kind(Reader& reader, const Value& value, const Shape& shape) {
    return reader.fail(value,
                       fmt::format("expected {}, found {}", shape.expected, value.describe()));
}

enum class Presence : std::uint8_t { optional = 0, required = 1 };

// One line of a section's table: a key, where its value lives in the owner, how it is written, and
// what it means.
template <class Owner>
struct Field {
    // `lens` leads from the owner to the value: a pointer to member, path() or whole().
    template <class Lens, class T>
    Field(std::string key_given,
          Lens lens,
          Notation<T> notation,
          std::string description_given,
          Presence presence_given = Presence::optional)
        : Field(
              std::move(key_given),
              lens,
              [notation](const Owner&) { return notation; },
              std::move(description_given),
              presence_given) {}

    // The same where defaults depend on what the owner already holds (from lines above this one).
    template <class Lens, class MakeNotation>

    requires std::invocable<MakeNotation, const Owner&> Field(
        std::string key_given,
        Lens lens,
        MakeNotation notation_for,
        std::string description_given,
        Presence presence_given = Presence::optional)
        : key(std::move(key_given)),
          description(std::move(description_given)),
          presence(presence_given),
          shape_for([notation_for](const Owner& owner) { return notation_for(owner).shape; }),
          read([lens, notation_for](Reader& reader, const Value& value, Owner& owner) {
              return notation_for(owner).read(reader, value, std::invoke(lens, owner));
          }),
          write([lens, notation_for](const Owner& owner) {
              return notation_for(owner).write(std::invoke(lens, owner));
          }) {}

    // Written even where it is the default, if the owner is like this.
    Field&& written_where(std::function<bool(const Owner&)> condition) && {
        is_written_anyway = std::move(condition);
        return std::move(*this);
    }

    std::string key;
    std::string description;
    Presence presence = Presence::optional;
    std::function<Shape(const Owner&)> shape_for;
    std::function<bool(Reader&, const Value&, Owner&)> read;
    std::function<Value(const Owner&)> write;
    std::function<bool(const Owner&)> is_written_anyway;
};

// Leads through two members: path(&Scenario::world, &World::core).
template <class Outer, class Middle, class Inner>
auto path(Middle Outer::*outer, Inner Middle::*inner) {
    return [ outer, inner ](auto& owner) -> auto& {
        return (owner.*outer).*inner;
    };
}

// Leads nowhere: for a section whose fields are spread over the owner.
inline auto whole() {
    return [](auto& owner) -> auto& {
        return owner;
    };
}

// An object with a fixed set of keys.
template <class Owner>
struct Section {
    std::vector<Field<Owner>> fields;
    Owner defaults{};
    // What concerns several fields: checks them, and puts lists into order. Called after reading.
    std::function<void(Reader&, const Value&, Owner&)> finish = {};

    [[nodiscard]] std::vector<FieldShape> field_shapes() const {
        std::vector<FieldShape> shapes;
        for (const Field<Owner>& field : fields) {
            const bool required = field.presence == Presence::required;
            shapes.push_back({.key = field.key,
                              .description = field.description,
                              .required = required,
                              .default_value = required ? Value() : field.write(defaults),
                              .shape = field.shape_for(defaults)});
        }
        return shapes;
    }

    bool read(Reader& reader, const Value& value, Owner& owner) const;
    [[nodiscard]] Value write(const Owner& owner) const;
};

// Reports keys that no field has; false if there are any.
bool check_keys(Reader& reader,
                const Value::Object& members,
                const std::vector<std::string>& known);

// The schema of an object with these fields and no others.
Value object_schema(const std::vector<FieldShape>& fields);

Value list_schema(const Value& items);

template <class Owner>
bool Section<Owner>::read(Reader& reader, const Value& value, Owner& owner) const {
    const auto* members = value.as<Value::Object>();
    if (members == nullptr) {
        return reader.fail(value, "expected an object, found " + value.describe());
    }
    std::vector<std::string> known;
    for (const Field<Owner>& field : fields) {
        known.push_back(field.key);
    }
    bool good = check_keys(reader, *members, known);
    for (const Field<Owner>& field : fields) {
        const Value* given = value.find(field.key);
        if (given != nullptr) {
            const Reader::Step step(reader, field.key);
            good = field.read(reader, *given, owner) && good;
        } else if (field.presence == Presence::required) {
            good = reader.fail(
                value,
                fmt::format(
                    "missing key \"{}\": expected {}", field.key, field.shape_for(owner).expected));
        }
    }
    if (finish) finish(reader, value, owner);
    return good;
}

template <class Owner>
Value Section<Owner>::write(const Owner& owner) const {
    Value::Object members;
    for (const Field<Owner>& field : fields) {
        Value value = field.write(owner);
        const bool is_wanted = field.presence == Presence::required ||
                               (field.is_written_anyway && field.is_written_anyway(owner));
        if (is_wanted || value != field.write(defaults)) {
            members.push_back({.key = field.key, .value = std::move(value)});
        }
    }
    return members;
}

// A section as the notation of its owner.
template <class Owner>
Notation<Owner> object_of(const Section<Owner>& section) {
    std::vector<FieldShape> fields = section.field_shapes();
    Value schema = object_schema(fields);
    return {.shape = {.expected = "an object",
                      .schema = std::move(schema),
                      .fields = std::move(fields)},
            .read = [section](Reader& reader,
                              const Value& value,
                              Owner& owner) { return section.read(reader, value, owner); },
            .write = [section](const Owner& owner) { return section.write(owner); }};
}

// What a list calls its items, and how many it may have.
struct ListOf {
    std::string items;
    std::size_t count_min = 0;
    std::size_t count_max = 10'000'000;
};

bool check_count(Reader& reader, const Value& value, std::size_t count, const ListOf& list);

// A list of items that all start from `item_default`.
template <class T>
Notation<std::vector<T>> list_of(const Notation<T>& item, const ListOf& list, T item_default = {}) {
    Shape shape{.expected = "a list of " + list.items,
                .schema = list_schema(item.shape.schema),
                .fields = item.shape.fields,
                .is_list = true};
    auto read = [item, list, item_default, shape](
                    Reader& reader, const Value& value, std::vector<T>& target) {
        const auto* items = value.as<Value::List>();
        if (items == nullptr) return fail_kind(reader, value, shape);
        bool good = check_count(reader, value, items->size(), list);
        target.assign(items->size(), item_default);
        for (std::size_t i = 0; i < items->size(); ++i) {
            const Reader::Step step(reader, std::to_string(i));
            good = item.read(reader, (*items)[i], target[i]) && good;
        }
        return good;
    };
    auto write = [item](const std::vector<T>& source) -> Value {
        Value::List items;
        items.reserve(source.size());
        for (const T& each : source) {
            items.push_back(item.write(each));
        }
        return items;
    };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

// A list of objects.
template <class Owner>
Notation<std::vector<Owner>> list_of(const Section<Owner>& section, const ListOf& list) {
    return list_of(object_of(section), list, section.defaults);
}

}  // namespace invitro::scenarios::format
