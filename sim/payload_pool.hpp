// Bytes in flight: payloads between sending and arrival, in blocks of a few sizes that are reused.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/check.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace invitro::sim {

// A stored payload; given back exactly once.
struct PayloadHandle {
    std::uint32_t block = 0;
    std::uint16_t size = 0;
    std::uint8_t size_class = 0;
};

// Blocks never move, so a view of one payload stays good while others come and go.
class PayloadPool {
public:
    static constexpr std::size_t payload_size_max = 4096;

    // Precondition: at most payload_size_max bytes.
    PayloadHandle store(protocol::ByteView payload) {
        CHECK(payload.size() <= payload_size_max, "the largest payload is a push of 4096 bytes");
        std::uint8_t size_class = 0;
        while (block_size(size_class) < payload.size()) {
            ++size_class;
        }
        Class& blocks = classes_[size_class];
        if (blocks.free.empty()) grow(size_class);
        const PayloadHandle handle{.block = blocks.free.back(),
                                   .size = static_cast<std::uint16_t>(payload.size()),
                                   .size_class = size_class};
        blocks.free.pop_back();
        if (!payload.empty()) std::memcpy(address(handle), payload.data(), payload.size());
        return handle;
    }

    [[nodiscard]] protocol::ByteView view(const PayloadHandle& handle) const {
        return {address(handle), handle.size};
    }

    void release(const PayloadHandle& handle) {
        classes_[handle.size_class].free.push_back(handle.block);
    }

private:
    static constexpr std::size_t smallest_block = 64;
    static constexpr std::size_t class_count = 7;  // 64, 128, ..., 4096
    static constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

    struct Class {
        std::vector<std::unique_ptr<std::uint8_t[]>> chunks;
        std::vector<std::uint32_t> free;
    };

    static constexpr std::size_t block_size(std::size_t size_class) {
        return smallest_block << size_class;
    }

    [[nodiscard]] std::uint8_t* address(const PayloadHandle& handle) const {
        const std::size_t per_chunk = chunk_bytes / block_size(handle.size_class);
        return classes_[handle.size_class].chunks[handle.block / per_chunk].get() +
               (handle.block % per_chunk) * block_size(handle.size_class);
    }

    void grow(std::size_t size_class) {
        Class& blocks = classes_[size_class];
        const std::size_t per_chunk = chunk_bytes / block_size(size_class);
        const auto first = static_cast<std::uint32_t>(blocks.chunks.size() * per_chunk);
        blocks.chunks.emplace_back(new std::uint8_t[chunk_bytes]);
        for (std::size_t i = per_chunk; i > 0; --i) {
            blocks.free.push_back(first + static_cast<std::uint32_t>(i - 1));
        }
    }

    std::array<Class, class_count> classes_;
};

// Things by index, whose indices are reused.
template <class T>
class Slots {
public:
    std::uint32_t add(const T& item) {
        if (free_.empty()) {
            items_.push_back(item);
            return static_cast<std::uint32_t>(items_.size() - 1);
        }
        const std::uint32_t index = free_.back();
        free_.pop_back();
        items_[index] = item;
        return index;
    }

    // Removes and returns it.
    T take(std::uint32_t index) {
        free_.push_back(index);
        return std::move(items_[index]);
    }

    [[nodiscard]] std::size_t in_use() const { return items_.size() - free_.size(); }

private:
    std::vector<T> items_;
    std::vector<std::uint32_t> free_;
};

}  // namespace invitro::sim
