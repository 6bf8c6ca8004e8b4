// Compact bytes for what a worker hands to its parent: whole numbers as LEB128 (seven bits a byte,
// lowest first), texts with their length in front. Same values, same bytes.
#pragma once

#include "protocol/vocabulary/bytes.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace invitro::properties {

class ByteWriter {
public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }

    void text(std::string_view value) {
        number(value.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }

    [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

// Throws std::runtime_error where the bytes are not what a ByteWriter wrote.
class ByteReader {
public:
    explicit ByteReader(protocol::ByteView bytes) : bytes_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = next();
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        throw std::runtime_error("a number of a worker's bytes is too long");
    }

    std::string text() {
        const std::uint64_t size = number();
        if (size > bytes_.size()) throw std::runtime_error("a worker's bytes are cut short");
        std::string result(protocol::text_of(bytes_.first(size)));
        bytes_ = bytes_.subspan(size);
        return result;
    }

    [[nodiscard]] bool at_end() const { return bytes_.empty(); }

private:
    std::uint8_t next() {
        if (bytes_.empty()) throw std::runtime_error("a worker's bytes are cut short");
        const std::uint8_t byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }

    protocol::ByteView bytes_;
};

}  // namespace invitro::properties
