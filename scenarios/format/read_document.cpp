// Text to Value: nlohmann's parser judges the JSON, a counting iterator tells how far it has read.
#include "scenarios/format/value.hpp"
#include "scenarios/limits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>

namespace invitro::scenarios::format {
namespace {

// Hands out the text's bytes and writes down how many were taken. The parser copies its iterators,
// so the count lives outside.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* position, std::size_t* taken)
        : position_(position), taken_(taken) {}

    reference operator*() const { return *position_; }

    CountingIterator& operator++() {
        ++position_;
        ++*taken_;
        return *this;
    }

    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }

    bool operator==(const CountingIterator& other) const { return position_ == other.position_; }

    bool operator!=(const CountingIterator& other) const { return position_ != other.position_; }

private:
    const char* position_;
    std::size_t* taken_;
};

// Where the next token begins: past blanks, comments and the marks between tokens.
std::size_t token_start(std::string_view text, std::size_t offset) {
    constexpr std::string_view between = " \t\r\n,:";
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (offset == 0 && text.starts_with(byte_order_mark)) offset = byte_order_mark.size();
    while (offset < text.size()) {
        const std::string_view rest = text.substr(offset);
        if (rest.starts_with("//")) {
            offset += std::min(rest.find('\n'), rest.size());
        } else if (rest.starts_with("/*")) {
            const std::size_t end = rest.find("*/", 2);
            offset += end == std::string_view::npos ? rest.size() : end + 2;
        } else if (between.find(rest.front()) != std::string_view::npos) {
            ++offset;
        } else {
            break;
        }
    }
    return offset;
}

// The parser's own words, without its number, the position and the repetition of what it was doing.
std::string plain_words(std::string_view what) {
    for (const std::string_view before : {"column ", ": "}) {
        const std::size_t found = what.find(before);
        if (found != std::string_view::npos) what.remove_prefix(found + before.size());
    }
    const std::size_t last_read = what.find("; last read: ");
    if (last_read == std::string_view::npos) return std::string(what);
    // What was read last may be long or broken; the place says it better.
    const std::size_t expected = what.find("; expected ", last_read);
    std::string words(what.substr(0, last_read));
    if (expected != std::string_view::npos) words += what.substr(expected);
    return words;
}

// Receives the parser's events and builds the tree.
class TreeBuilder final : public nlohmann::json::json_sax_t {
public:
    TreeBuilder(std::string_view text, const std::size_t* taken) : text_(text), taken_(taken) {}

    bool null() override { return add(Value()); }

    bool boolean(bool flag) override { return add(Value(flag)); }

    bool number_integer(number_integer_t /*number*/) override { return add_number(); }

    bool number_unsigned(number_unsigned_t /*number*/) override { return add_number(); }

    bool number_float(number_float_t /*number*/, const string_t& /*text*/) override {
        return add_number();
    }

    bool string(string_t& text) override { return add(Value(std::move(text))); }

    bool binary(binary_t& /*bytes*/) override { return false; }

    bool start_object(std::size_t /*elements*/) override { return open(Value::Object{}); }

    bool start_array(std::size_t /*elements*/) override { return open(Value::List{}); }

    bool key(string_t& key) override {
        next_key_ = std::move(key);
        next_key_offset_ = take_token();
        const auto [first, is_new] = open_.back().keys.emplace(next_key_, next_key_offset_);
        if (!is_new) {
            const Place place = place_of(text_, first->second);
            document_.flaws.push_back(
                {.offset = next_key_offset_,
                 .pointer = pointer() + pointer_step(next_key_),
                 .message = fmt::format("duplicate key; it already stands in line {}, column {}",
                                        place.line,
                                        place.column)});
        }
        return true;
    }

    bool end_object() override { return close(); }

    bool end_array() override { return close(); }

    bool parse_error(std::size_t position,
                     const std::string& /*last*/,
                     const nlohmann::detail::exception& error) override {
        // The position counts the byte at fault; an unexpected end stands behind the last byte.
        const std::size_t offset = position == 0 ? 0 : std::min(position - 1, text_.size());
        stopped_by_ = Flaw{.offset = offset,
                           .pointer = pointer(),
                           .message = "not valid JSON: " + plain_words(error.what())};
        return false;
    }

    std::variant<Document, Flaw> result() && {
        if (stopped_by_) return *std::move(stopped_by_);
        return std::move(document_);
    }

private:
    // An object or list that is not closed yet, and the key under which it will be put.
    struct Open {
        Value value;
        std::string key;
        std::size_t key_offset = 0;
        std::map<std::string, std::size_t> keys;  // of its members so far, to their offsets
    };

    // Moves on over the token the parser just told of; where it begins.
    std::size_t take_token() {
        const std::size_t start = token_start(text_, token_end_);
        token_end_ = *taken_;
        return start;
    }

    bool add(Value value) {
        value.offset = take_token();
        return put(std::move(value), std::move(next_key_), next_key_offset_);
    }

    // To know where a number ends, the parser takes one more byte, except at the end of the text.
    bool add_number() {
        const std::size_t start = take_token();
        constexpr std::string_view of_numbers = "+-.0123456789eE";
        const std::size_t length = text_.substr(start).find_first_not_of(of_numbers);
        const std::string_view text = text_.substr(start, length);
        token_end_ = start + text.size();
        Value value{Number{std::string(text)}};
        value.offset = start;
        return put(std::move(value), std::move(next_key_), next_key_offset_);
    }

    bool open(Value value) {
        value.offset = take_token();
        if (open_.size() == limits::nesting_max) {
            stopped_by_ =
                Flaw{.offset = value.offset,
                     .pointer = pointer(),
                     .message = fmt::format("nested deeper than {}", limits::nesting_max)};
            return false;
        }
        open_.push_back({.value = std::move(value),
                         .key = std::move(next_key_),
                         .key_offset = next_key_offset_,
                         .keys = {}});
        return true;
    }

    bool close() {
        take_token();
        Open closed = std::move(open_.back());
        open_.pop_back();
        return put(std::move(closed.value), std::move(closed.key), closed.key_offset);
    }

    bool put(Value value, std::string key, std::size_t key_offset) {
        if (open_.empty()) {
            document_.root = std::move(value);
        } else if (auto* items = std::get_if<Value::List>(&open_.back().value.content)) {
            items->push_back(std::move(value));
        } else {
            auto& members = std::get<Value::Object>(open_.back().value.content);
            members.push_back(
                {.key = std::move(key), .value = std::move(value), .key_offset = key_offset});
        }
        return true;
    }

    // Of the innermost value that is not closed yet.
    [[nodiscard]] std::string pointer() const {
        std::string pointer;
        for (std::size_t i = 1; i < open_.size(); ++i) {
            const auto* siblings = open_[i - 1].value.as<Value::List>();
            pointer += siblings == nullptr ? pointer_step(open_[i].key)
                                           : pointer_step(std::to_string(siblings->size()));
        }
        return pointer;
    }

    std::string_view text_;
    const std::size_t* taken_;
    std::size_t token_end_ = 0;
    std::vector<Open> open_;
    std::string next_key_;
    std::size_t next_key_offset_ = 0;
    Document document_;
    std::optional<Flaw> stopped_by_;
};

// How a well-formed UTF-8 character may begin (RFC 3629, section 4): its length, and the range of
// its second byte. Those beyond that are 80 to BF.
struct Utf8Form {
    unsigned first_low;
    unsigned first_high;
    unsigned second_low;
    unsigned second_high;
    std::size_t length;
};

constexpr Utf8Form utf8_forms[] = {
    {0x00, 0x7F, 0x00, 0xFF, 1},
    {0xC2, 0xDF, 0x80, 0xBF, 2},
    {0xE0, 0xE0, 0xA0, 0xBF, 3},  // no overlong form
    {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3},  // no surrogate
    {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4},  // no overlong form
    {0xF1, 0xF3, 0x80, 0xBF, 4},
    {0xF4, 0xF4, 0x80, 0x8F, 4},  // nothing above U+10FFFF
};

// The length of the well-formed UTF-8 character at the start of the text, or 0. Precondition: it is
// not empty.
std::size_t character_length(std::string_view text) {
    const auto is_within = [&](std::size_t i, unsigned low, unsigned high) {
        const auto byte = static_cast<unsigned char>(text[i]);
        return low <= byte && byte <= high;
    };
    const auto* form =
        std::find_if(std::begin(utf8_forms), std::end(utf8_forms), [&](const Utf8Form& one) {
            return is_within(0, one.first_low, one.first_high);
        });
    if (form == std::end(utf8_forms) || text.size() < form->length) return 0;
    if (form->length > 1 && !is_within(1, form->second_low, form->second_high)) return 0;
    for (std::size_t i = 2; i < form->length; ++i) {
        if (!is_within(i, 0x80, 0xBF)) return 0;
    }
    return form->length;
}

// The parser looks at the encoding of strings alone; comments are part of the file too.
std::optional<Flaw> encoding_flaw(std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t length = character_length(text.substr(offset));
        if (length == 0) {
            return Flaw{.offset = offset,
                        .pointer = "",
                        .message = fmt::format("invalid UTF-8: byte 0x{:02X}",
                                               static_cast<unsigned char>(text[offset]))};
        }
        offset += length;
    }
    return std::nullopt;
}

}  // namespace

std::variant<Document, Flaw> read_document(std::string_view text) {
    if (text.size() > limits::file_bytes_max) {
        return Flaw{
            .offset = 0,
            .pointer = "",
            .message = fmt::format(
                "{} bytes are too many; expected at most {}", text.size(), limits::file_bytes_max)};
    }
    if (auto flaw = encoding_flaw(text)) return *std::move(flaw);
    if (token_start(text, 0) == text.size()) {
        return Flaw{.offset = 0,
                    .pointer = "",
                    .message = "nothing in the file; expected an object: { ... }"};
    }
    std::size_t taken = 0;
    TreeBuilder builder(text, &taken);
    nlohmann::json::sax_parse(CountingIterator(text.data(), &taken),
                              CountingIterator(text.data() + text.size(), &taken),
                              &builder,
                              nlohmann::json::input_format_t::json,
                              true,
                              true);
    return std::move(builder).result();
}

}  // namespace invitro::scenarios::format
