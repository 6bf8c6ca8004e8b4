// A value of a JSON document that is read, with its place, so that a mistake can be named.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

// What is wrong, and where: "/counts/worlds: expected a whole number from 0 to 10".
class JsonMistake : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class JsonPart {
public:
    // More than this was never counted.
    static constexpr std::uint64_t count_max = 1'000'000'000'000'000;
    // Some thirty years.
    static constexpr std::int64_t nanoseconds_max = 1'000'000'000'000'000'000;

    // The whole of a document. Throws JsonMistake where the text is not JSON.
    static JsonPart parse(std::string_view text);

    // All throw JsonMistake where the value is another one.

    [[nodiscard]] JsonPart at(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::vector<JsonPart> items() const;
    [[nodiscard]] bool is_null() const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool truth() const;
    [[nodiscard]] double real() const;
    [[nodiscard]] std::uint64_t number(std::uint64_t least, std::uint64_t most) const;
    [[nodiscard]] std::int64_t nanoseconds() const;

    [[nodiscard]] std::uint64_t count() const { return number(0, count_max); }

    [[nodiscard]] std::uint64_t any_number() const { return number(0, UINT64_MAX); }

    // Of an object's members, by key.
    [[nodiscard]] std::string text(std::string_view key) const { return at(key).text(); }

    [[nodiscard]] std::uint64_t count(std::string_view key) const { return at(key).count(); }

    [[nodiscard]] std::uint64_t any_number(std::string_view key) const {
        return at(key).any_number();
    }

    [[noreturn]] void reject(std::string_view why) const;

private:
    struct Document;

    JsonPart(std::shared_ptr<const Document> document, std::string pointer);

    // Of the member or the item of this name or number.
    [[nodiscard]] JsonPart child(std::string_view key) const;

    std::shared_ptr<const Document> document_;
    std::string pointer_;  // RFC 6901
};

// The value of T that the text at `key` names, by `parse`, which returns something like an
// optional.
template <class T, class Parse>
T parsed(const JsonPart& json, std::string_view key, Parse parse) {
    const JsonPart part = json.at(key);
    const std::string text = part.text();
    const auto value = parse(text);
    if (!value) part.reject("\"" + text + "\" is not known here");
    return *value;
}

}  // namespace invitro::reports
