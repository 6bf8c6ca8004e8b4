#include "protocol/wire/cbor.hpp"

namespace invitro::protocol {

std::string_view to_string(WireError error) {
    switch (error) {
        case WireError::truncated:
            return "truncated";
        case WireError::malformed:
            return "malformed";
        case WireError::wrong_version:
            return "wrong_version";
        case WireError::unknown_type:
            return "unknown_type";
        case WireError::wrong_type:
            return "wrong_type";
        case WireError::out_of_range:
            return "out_of_range";
        case WireError::missing_field:
            return "missing_field";
        case WireError::duplicate_field:
            return "duplicate_field";
    }
    return "unknown";
}

namespace cbor {

// Every way to write a head; refuses the reserved values 28 to 30 and indefinite lengths (31).
Cursor Reader::any_head(Cursor at, Head& head) {
    if (at == end_) return fail(WireError::truncated);
    head.major = static_cast<Major>(*at >> 5);
    head.info = *at & 0x1F;
    head.number = head.info;
    ++at;
    if (head.info < immediate_end) return at;
    if (head.info > 27) return fail(WireError::malformed);
    const std::size_t size = std::size_t{1} << (head.info - immediate_end);
    if (left(at) < size) return fail(WireError::truncated);
    head.number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        head.number = (head.number << 8) | *at++;
    }
    return at;
}

Cursor Reader::head_slowly(Cursor at, Major major, std::uint64_t& number) {
    Head head;
    at = any_head(at, head);
    if (at == nullptr) return nullptr;
    if (head.major != major) return fail(WireError::wrong_type);
    number = head.number;
    return at;
}

Cursor Reader::fixed_bytes_slowly(Cursor at, std::uint64_t size) {
    std::uint64_t length = 0;
    at = head(at, Major::bytes, length);
    if (at == nullptr) return nullptr;
    return length == size ? skip(at, size) : fail(WireError::out_of_range);
}

Cursor Reader::boolean(Cursor at, bool& value) {
    Head head;
    at = any_head(at, head);
    if (at == nullptr) return nullptr;
    value = head.info == simple_true;
    const bool is_boolean = head.info == simple_false || head.info == simple_true;
    return head.major == Major::simple && is_boolean ? at : fail(WireError::wrong_type);
}

// Passes over what belongs to this head alone and counts the items that follow inside it.
Cursor Reader::skip_content(Cursor at, const Head& head, std::uint64_t& items_left) {
    // Each item takes a byte at least: more of them than bytes cannot come, and so the counter
    // cannot overflow.
    const auto expect = [&](std::uint64_t items, std::uint64_t times) {
        if (items > left(at)) return fail(WireError::truncated);
        items_left += items * times;
        return at;
    };
    switch (head.major) {
        case Major::number:
        case Major::negative:
            return at;
        case Major::bytes:
        case Major::text:
            return skip(at, head.number);
        case Major::array:
            return expect(head.number, 1);
        case Major::map:
            return expect(head.number, 2);
        case Major::tag:
            return expect(1, 1);
        case Major::simple:
            // RFC 8949, 3.3: values that fit the first byte must stand there.
            return head.info == 24 && head.number < 32 ? fail(WireError::malformed) : at;
    }
    return fail(WireError::malformed);
}

Cursor Reader::skip_item(Cursor at) {
    std::uint64_t items_left = 1;
    while (items_left > 0) {
        --items_left;
        Head head;
        at = any_head(at, head);
        if (at == nullptr) return nullptr;
        at = skip_content(at, head, items_left);
        if (at == nullptr) return nullptr;
        if (items_left > left(at)) return fail(WireError::truncated);
    }
    return at;
}

}  // namespace cbor
}  // namespace invitro::protocol
