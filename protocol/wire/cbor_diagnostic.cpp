#include "protocol/wire/cbor_diagnostic.hpp"

#include "protocol/wire/cbor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace invitro::protocol::cbor {
namespace {

// How long the UTF-8 sequence is that begins here (RFC 3629, 4); 0 where none does.
std::size_t sequence_size(ByteView text) {
    const std::uint8_t first = text[0];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() < size) return 0;
    const ByteView rest = text.subspan(1, size - 1);
    const bool is_continued = std::all_of(
        rest.begin(), rest.end(), [](std::uint8_t octet) { return (octet & 0xC0) == 0x80; });
    // Not the shortest form, a surrogate, or beyond the last character.
    const bool is_outside = (first == 0xE0 && text[1] < 0xA0) ||
                            (first == 0xED && text[1] > 0x9F) ||
                            (first == 0xF0 && text[1] < 0x90) || (first == 0xF4 && text[1] > 0x8F);
    return is_continued && !is_outside ? size : 0;
}

bool is_utf8(ByteView text) {
    while (!text.empty()) {
        const std::size_t size = sequence_size(text);
        if (size == 0) return false;
        text = text.subspan(size);
    }
    return true;
}

// As a JSON string (RFC 8259, 7).
std::string quoted(ByteView text) {
    constexpr std::uint8_t blank = 0x20;
    std::string result = "\"";
    for (const std::uint8_t octet : text) {
        if (octet < blank) {
            result += fmt::format("\\u{:04x}", octet);
            continue;
        }
        if (octet == '"' || octet == '\\') result += '\\';
        result += static_cast<char>(octet);
    }
    return result + "\"";
}

// The number -1 - `number`, which may be one that no integer type holds.
std::string negative(std::uint64_t number) {
    if (number == std::numeric_limits<std::uint64_t>::max()) return "-18446744073709551616";
    return fmt::format("-{}", number + 1);
}

class Printer {
public:
    Printer(ByteView bytes, Layout layout)
        : bytes_(bytes), layout_(layout), reader_(bytes), at_(bytes.data()) {}

    tl::expected<std::string, WireError> print() {
        do {
            begin_item();
            if (!print_item()) return tl::unexpected(reader_.error());
            end_items();
        } while (!open_.empty());
        if (reader_.left(at_) != 0) return tl::unexpected(WireError::malformed);
        return std::move(text_);
    }

private:
    // An array, a map or a tagged item of which something is still to come.
    struct Open {
        char end = ']';
        bool is_map = false;
        std::uint64_t items_left = 0;  // keys and values each count
        bool has_begun = false;
    };

    // What stands between the item before and the next one.
    void begin_item() {
        if (open_.empty()) return;
        Open& inside = open_.back();
        const bool is_value = inside.is_map && inside.items_left % 2 != 0;
        if (is_value) {
            text_ += ": ";
        } else {
            const bool breaks = inside.is_map && layout_ == Layout::lines;
            if (inside.has_begun) text_ += breaks ? "," : ", ";
            if (breaks) new_line(0);
        }
        inside.has_begun = true;
        --inside.items_left;
    }

    void end_items() {
        while (!open_.empty() && open_.back().items_left == 0) {
            const Open ended = open_.back();
            if (ended.is_map && ended.has_begun && layout_ == Layout::lines) new_line(1);
            text_ += ended.end;
            open_.pop_back();
        }
    }

    // As far in as there are maps, but for so many.
    void new_line(std::size_t fewer) {
        constexpr std::size_t indentation = 4;
        const auto maps = static_cast<std::size_t>(
            std::count_if(open_.begin(), open_.end(), [](const Open& one) { return one.is_map; }));
        text_ += '\n';
        text_.append((maps - fewer) * indentation, ' ');
    }

    // False where the reader knows why.
    bool print_item() {
        if (reader_.left(at_) == 0) return fail(WireError::truncated);
        const auto major = static_cast<Major>(*at_ >> 5);
        const std::uint8_t info = *at_ & 0x1F;
        std::uint64_t number = 0;
        at_ = reader_.head(at_, major, number);
        if (at_ == nullptr) return false;
        switch (major) {
            case Major::number:
                text_ += fmt::format("{}", number);
                return true;
            case Major::negative:
                text_ += negative(number);
                return true;
            case Major::bytes:
            case Major::text:
                return print_string(major, number);
            case Major::array:
                text_ += '[';
                return open({.end = ']', .is_map = false, .items_left = number});
            case Major::map:
                text_ += '{';
                return open_map(number);
            case Major::tag:
                text_ += fmt::format("{}(", number);
                return open({.end = ')', .is_map = false, .items_left = 1});
            case Major::simple:
                return print_simple(info, number);
        }
        return fail(WireError::malformed);
    }

    bool print_string(Major major, std::uint64_t size) {
        if (size > reader_.left(at_)) return fail(WireError::truncated);
        const auto begin = static_cast<std::size_t>(at_ - bytes_.data());
        const ByteView content = bytes_.subspan(begin, static_cast<std::size_t>(size));
        at_ += size;
        if (major == Major::bytes) {
            text_ += fmt::format("h'{:02x}'", fmt::join(content, ""));
            return true;
        }
        if (!is_utf8(content)) return fail(WireError::malformed);
        text_ += quoted(content);
        return true;
    }

    // Each item takes a byte at least, so more of them than bytes cannot come.
    bool open(const Open& container) {
        if (open_.size() == depth_max) return fail(WireError::out_of_range);
        if (container.items_left > reader_.left(at_)) return fail(WireError::truncated);
        open_.push_back(container);
        return true;
    }

    bool open_map(std::uint64_t pairs) {
        if (pairs > reader_.left(at_) / 2) return fail(WireError::truncated);
        return open({.end = '}', .is_map = true, .items_left = 2 * pairs});
    }

    bool print_simple(std::uint8_t info, std::uint64_t number) {
        constexpr std::uint64_t null = 22;
        constexpr std::uint64_t undefined = 23;
        constexpr std::uint64_t two_byte_first = 32;  // smaller ones have no second byte
        if (info > immediate_end) return fail(WireError::wrong_type);
        if (info == immediate_end && number < two_byte_first) return fail(WireError::malformed);
        switch (number) {
            case simple_false:
                text_ += "false";
                return true;
            case simple_true:
                text_ += "true";
                return true;
            case null:
                text_ += "null";
                return true;
            case undefined:
                text_ += "undefined";
                return true;
            default:
                text_ += fmt::format("simple({})", number);
                return true;
        }
    }

    bool fail(WireError error) {
        at_ = reader_.fail(error);
        return false;
    }

    ByteView bytes_;
    Layout layout_;
    Reader reader_;
    Cursor at_;
    std::string text_;
    std::vector<Open> open_;
};

}  // namespace

tl::expected<std::string, WireError> diagnostic(ByteView bytes, Layout layout) {
    return Printer(bytes, layout).print();
}

}  // namespace invitro::protocol::cbor
