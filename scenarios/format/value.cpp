#include "scenarios/format/value.hpp"

#include "protocol/vocabulary/overloaded.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios::format {

Value::Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

Value::Value(bool flag) : content(flag) {}

Value::Value(const char* text) : content(std::string(text)) {}

Value::Value(std::string text) : content(std::move(text)) {}

Value::Value(Number number) : content(std::move(number)) {}

Value::Value(List items) : content(std::move(items)) {}

Value::Value(Object members) : content(std::move(members)) {}

bool Value::operator==(const Value& other) const {
    return content == other.content;
}

const Value* Value::find(std::string_view key) const {
    const auto* members = as<Object>();
    if (members == nullptr) return nullptr;
    const auto found = std::find_if(
        members->begin(), members->end(), [&](const Member& member) { return member.key == key; });
    return found == members->end() ? nullptr : &found->value;
}

std::string Value::describe() const {
    return std::visit(
        protocol::Overloaded{
            [](Null) { return std::string("null"); },
            [](bool flag) { return std::string(flag ? "true" : "false"); },
            [](const Number& number) { return fmt::format("the number {}", number.text); },
            [](const std::string& text) { return fmt::format("the text \"{}\"", text); },
            [](const List&) { return std::string("a list"); },
            [](const Object&) { return std::string("an object"); },
        },
        content);
}

void Place::pass(char byte) {
    const bool continues_character = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    if (byte == '\n') {
        ++line;
        column = 1;
    } else if (!continues_character) {
        ++column;
    }
}

Place place_of(std::string_view text, std::size_t offset) {
    Place place;
    for (const char byte : text.substr(0, offset)) {
        place.pass(byte);
    }
    return place;
}

std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

}  // namespace invitro::scenarios::format
