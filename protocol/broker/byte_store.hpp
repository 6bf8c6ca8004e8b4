// ByteStore: many short byte strings (identifiers, tokens) side by side in one vector.
//
// A string takes whole units of 16 bytes. Freed ones are overwritten, kept by length and used
// again, so that a registration which is refreshed, replaced or removed costs no allocation, and
// copying the store copies one block of memory. A string's range stays the same until it is
// released.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// Where a stored string is; 8 bytes, so that a record can afford several.
struct ByteRange {
    std::uint32_t unit = 0;
    std::uint16_t size = 0;

    bool operator==(const ByteRange&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("unit", &ByteRange::unit), field("size", &ByteRange::size)};
    }
};

struct ByteStore {
    static constexpr std::size_t unit_size = 16;
    static constexpr std::size_t string_size_max = 256;

    using Unit = std::array<std::uint8_t, unit_size>;

    std::vector<Unit> units;
    // By number of units: one more than the unit where the first free range of that length begins,
    // 0 where there is none. A free range's first bytes hold the same for the one after it.
    std::array<std::uint32_t, string_size_max / unit_size + 1> free_ranges{};

    bool operator==(const ByteStore&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("units", &ByteStore::units),
                          field("free_ranges", &ByteStore::free_ranges)};
    }

    // Precondition: at most string_size_max bytes.
    ByteRange store(ByteView text);
    void release(const ByteRange& range);

    // Holds until the next store().
    [[nodiscard]] ByteView view(const ByteRange& range) const {
        if (range.size == 0) return {};
        return {units[range.unit].data(), range.size};
    }
};

}  // namespace invitro::protocol
