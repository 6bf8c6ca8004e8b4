// A JSON document as a tree in which every value knows where it stands in its text.
//
// nlohmann/json keeps no positions, and a message without a place is of little help in a file of a
// thousand lines. Numbers are kept as they were written, so that none is rounded on its way through
// a double. Members keep their order.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace invitro::scenarios::format {

struct Member;

struct Null {
    bool operator==(const Null&) const = default;
};

struct Number {
    std::string text;  // as in JSON: "12", "-0.5", "1e3"

    bool operator==(const Number&) const = default;
};

struct Value {
    using List = std::vector<Value>;
    using Object = std::vector<Member>;

    // All in value.cpp: a Value holds Members, and these are not complete here. The constructors
    // from contents are not explicit, so that a document reads like JSON where one is put together.
    Value();
    Value(bool flag);         // NOLINT(google-explicit-constructor)
    Value(const char* text);  // NOLINT(google-explicit-constructor)
    Value(std::string text);  // NOLINT(google-explicit-constructor)
    Value(Number number);     // NOLINT(google-explicit-constructor)
    Value(List items);        // NOLINT(google-explicit-constructor)
    Value(Object members);    // NOLINT(google-explicit-constructor)
    Value(const Value& other);
    Value(Value&& other) noexcept;
    Value& operator=(const Value& other);
    Value& operator=(Value&& other) noexcept;
    ~Value();

    // The same JSON, wherever it stands.
    bool operator==(const Value& other) const;

    // The content of this kind, or null.
    template <class Content>
    [[nodiscard]] const Content* as() const {
        return std::get_if<Content>(&content);
    }

    // The member of this name, or null, also where this is no object.
    [[nodiscard]] const Value* find(std::string_view key) const;

    // "a list", "the text \"wifi\"", "the number 12": what a message says was found.
    [[nodiscard]] std::string describe() const;

    std::size_t offset = 0;  // of the first byte in the text; 0 where it came from no text
    std::variant<Null, bool, Number, std::string, List, Object> content;
};

struct Member {
    std::string key;
    Value value;
    std::size_t key_offset = 0;

    bool operator==(const Member& other) const { return key == other.key && value == other.value; }
};

// Line and column count from 1; a column is a character, however many bytes it has.
struct Place {
    std::size_t line = 1;
    std::size_t column = 1;

    // On to where we are after this byte.
    void pass(char byte);
};

Place place_of(std::string_view text, std::size_t offset);

// RFC 6901: "~" and "/" in a key are written "~0" and "~1".
std::string pointer_step(std::string_view key);

// Something wrong with the text as JSON.
struct Flaw {
    std::size_t offset = 0;
    std::string pointer;  // of the value in which it was met
    std::string message;
};

struct Document {
    Value root;
    std::vector<Flaw> flaws;  // duplicate keys; they do not stop the reading
};

// Reads JSON with // and /* */ comments. The flaw that stopped it, or the document.
std::variant<Document, Flaw> read_document(std::string_view text);

// As a person would lay it out: what fits into a line stands on one.
std::string write_document(const Value& value);

// In one line.
std::string write_line(const Value& value);

}  // namespace invitro::scenarios::format
