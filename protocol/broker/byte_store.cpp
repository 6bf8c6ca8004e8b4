#include "protocol/broker/byte_store.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <cstring>

namespace invitro::protocol {
namespace {

std::size_t unit_count(std::size_t size) {
    return (size + ByteStore::unit_size - 1) / ByteStore::unit_size;
}

// The link of a free range, in a byte order of our own so that states are equal everywhere.
void store_link(ByteStore::Unit& unit, std::uint32_t link) {
    for (std::size_t i = 0; i < 4; ++i) {
        unit[i] = static_cast<std::uint8_t>(link >> (8 * i));
    }
}

std::uint32_t load_link(const ByteStore::Unit& unit) {
    std::uint32_t link = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        link |= std::uint32_t{unit[i]} << (8 * i);
    }
    return link;
}

}  // namespace

ByteRange ByteStore::store(ByteView text) {
    CHECK(text.size() <= string_size_max, "only identifiers and tokens are stored");
    if (text.empty()) return {};
    const std::size_t count = unit_count(text.size());
    std::uint32_t& free_range = free_ranges[count];
    std::size_t unit = units.size();
    if (free_range != 0) {
        unit = free_range - 1;
        free_range = load_link(units[unit]);
        units[unit] = {};
    } else {
        units.resize(units.size() + count);
    }
    std::memcpy(units[unit].data(), text.data(), text.size());
    return {.unit = static_cast<std::uint32_t>(unit),
            .size = static_cast<std::uint16_t>(text.size())};
}

void ByteStore::release(const ByteRange& range) {
    if (range.size == 0) return;
    const std::size_t count = unit_count(range.size);
    std::fill_n(units.begin() + range.unit, count, Unit{});
    store_link(units[range.unit], free_ranges[count]);
    free_ranges[count] = range.unit + 1;
}

}  // namespace invitro::protocol
