// Our subset of CBOR (RFC 8949): items of definite length, written and read through pointers.
//
// Writing trusts its caller with the room. Reading trusts nobody: each step checks the bytes left
// and says whether it succeeded. Neither allocates, and items of any depth are skipped with a
// counter instead of recursion.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/wire/wire_error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace invitro::protocol::cbor {

// The upper three bits of an item's first byte (RFC 8949, 3.1).
enum class Major : std::uint8_t {
    number = 0,
    negative = 1,
    bytes = 2,
    text = 3,
    array = 4,
    map = 5,
    tag = 6,
    simple = 7,  // false, true, null and the floating-point numbers
};

// Values below this one stand in the first byte itself.
inline constexpr std::uint64_t immediate_end = 24;
inline constexpr std::uint8_t simple_false = 20;
inline constexpr std::uint8_t simple_true = 21;

constexpr std::uint8_t first_byte(Major major, std::uint8_t info) {
    return static_cast<std::uint8_t>((static_cast<unsigned>(major) << 5) | info);
}

// How long the shortest head with this number is: 1, 2, 3, 5 or 9.
constexpr std::size_t head_size(std::uint64_t number) {
    if (number < immediate_end) return 1;
    if (number <= 0xFF) return 2;
    if (number <= 0xFFFF) return 3;
    return number <= 0xFFFFFFFF ? 5 : 9;
}

// A number in `size` bytes, most significant first. Written as one expression, which compilers turn
// into one load or store.
template <std::size_t size>
std::uint64_t load_big_endian(const std::uint8_t* from) {
    return [from]<std::size_t... i>(std::index_sequence<i...>) {
        return ((std::uint64_t{from[i]} << (8 * (size - 1 - i))) | ...);
    }
    (std::make_index_sequence<size>{});
}

template <std::size_t size>
void store_big_endian(std::uint64_t number, std::uint8_t* to) {
    [ number, to ]<std::size_t... i>(std::index_sequence<i...>) {
        ((to[i] = static_cast<std::uint8_t>(number >> (8 * (size - 1 - i)))), ...);
    }
    (std::make_index_sequence<size>{});
}

// ---- writing ----

// Each function writes at `at` and returns where the next item goes; positions are passed from one
// to the next, so that they stay in a register. Precondition: there is room.

template <std::size_t size>
std::uint8_t* write_big_endian(std::uint8_t* at, std::uint64_t number) {
    store_big_endian<size>(number, at);
    return at + size;
}

template <std::size_t size>
std::uint8_t* write_sized_head(std::uint8_t* at,
                               Major major,
                               std::uint8_t info,
                               std::uint64_t number) {
    *at = first_byte(major, info);
    return write_big_endian<size>(at + 1, number);
}

// The shortest form, as deterministic encoding asks for (RFC 8949, 4.2.1).
inline std::uint8_t* write_head(std::uint8_t* at, Major major, std::uint64_t number) {
    if (number < immediate_end) {
        *at = first_byte(major, static_cast<std::uint8_t>(number));
        return at + 1;
    }
    if (number <= 0xFF) return write_sized_head<1>(at, major, 24, number);
    if (number <= 0xFFFF) return write_sized_head<2>(at, major, 25, number);
    if (number <= 0xFFFFFFFF) return write_sized_head<4>(at, major, 26, number);
    return write_sized_head<8>(at, major, 27, number);
}

inline std::uint8_t* write_bytes(std::uint8_t* at, ByteView bytes) {
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
}

// ---- reading ----

// Where the next item begins; null once reading has failed.
using Cursor = const std::uint8_t*;

// Where the bytes end, and why reading failed. Each function reads at `at`, which is not null, and
// returns where the next item begins, or null.
class Reader {
public:
    explicit Reader(ByteView bytes) : end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] WireError error() const { return error_; }

    [[nodiscard]] std::size_t left(Cursor at) const { return static_cast<std::size_t>(end_ - at); }

    // Notes why reading stops; always null.
    Cursor fail(WireError error) {
        error_ = error;
        return nullptr;
    }

    [[nodiscard]] bool next_is(Cursor at, std::uint8_t byte) const {
        return at != end_ && *at == byte;
    }

    [[nodiscard]] bool next_is(Cursor at, Major major) const {
        return at != end_ && static_cast<Major>(*at >> 5) == major;
    }

    // The head of an item that must be of the kind `major`: a number, a length or a count.
    [[nodiscard]] Cursor head(Cursor at, Major major, std::uint64_t& number) {
        if (at != end_ && static_cast<unsigned>(*at - first_byte(major, 0)) < immediate_end) {
            number = *at & 0x1FU;
            return at + 1;
        }
        return head_slowly(at, major, number);
    }

    // Passes over `size` bytes.
    [[nodiscard]] Cursor skip(Cursor at, std::uint64_t size) {
        return size <= left(at) ? at + size : fail(WireError::truncated);
    }

    // Passes over a byte string of exactly `size` bytes, which then stand before the result.
    template <std::size_t size>
    [[nodiscard]] Cursor fixed_bytes(Cursor at) {
        constexpr std::size_t head_length = head_size(size);
        static_assert(head_length <= 2);
        constexpr bool is_immediate = head_length == 1;
        constexpr std::uint8_t first = first_byte(Major::bytes, is_immediate ? size : 24);
        if (left(at) >= head_length + size && at[0] == first && (is_immediate || at[1] == size)) {
            return at + head_length + size;
        }
        return fixed_bytes_slowly(at, size);
    }

    [[nodiscard]] Cursor boolean(Cursor at, bool& value);

    // Passes over one item and everything in it.
    [[nodiscard]] Cursor skip_item(Cursor at);

private:
    struct Head {
        Major major = Major::number;
        std::uint8_t info = 0;  // the lower five bits of the first byte
        std::uint64_t number = 0;
    };

    [[nodiscard]] Cursor any_head(Cursor at, Head& head);
    [[nodiscard]] Cursor head_slowly(Cursor at, Major major, std::uint64_t& number);
    [[nodiscard]] Cursor fixed_bytes_slowly(Cursor at, std::uint64_t size);
    [[nodiscard]] Cursor skip_content(Cursor at, const Head& head, std::uint64_t& items_left);

    Cursor end_;
    WireError error_ = WireError::truncated;
};

}  // namespace invitro::protocol::cbor
