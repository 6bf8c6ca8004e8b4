// Reads numbers and steps out of a fuzzer's bytes. What is past their end is zero, so that every
// input means something and every prefix of one means its beginning.
#pragma once

#include "protocol/vocabulary/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace invitro::protocol::fuzz {

class FuzzInput {
public:
    explicit FuzzInput(ByteView bytes) : left_(bytes) {}

    [[nodiscard]] bool is_at_end() const { return left_.empty(); }

    [[nodiscard]] ByteView left() const { return left_; }

    std::uint8_t octet() {
        if (left_.empty()) return 0;
        const std::uint8_t first = left_.front();
        left_ = left_.subspan(1);
        return first;
    }

    std::uint64_t number(unsigned octets) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < octets; ++i) {
            value |= std::uint64_t{octet()} << (8 * i);
        }
        return value;
    }

    // One of 0, 1, ... count - 1.
    std::size_t choice(std::size_t count) { return octet() % count; }

    // The next bytes, fewer where fewer are left.
    ByteView bytes(std::size_t count) {
        const ByteView taken = left_.first(std::min(count, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }

private:
    ByteView left_;
};

}  // namespace invitro::protocol::fuzz
