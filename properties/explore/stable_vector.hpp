// StableVector: grows at its end, never moves what it has, and is read without a lock.
//
// Whoever has been given an index by add(), directly or through something that orders memory (a
// mutex, the end of a thread), may read its element. Elements are not changed after add().
#pragma once

#include "protocol/vocabulary/check.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace invitro::properties::explore {

template <class T>
class StableVector {
public:
    static constexpr std::size_t chunk_size = 1024;
    static constexpr std::size_t chunks_max = 1U << 16;

    StableVector() : chunks_(chunks_max) {}

    std::uint32_t add(T value) {
        const std::scoped_lock lock(mutex_);
        CHECK(size_ < chunk_size * chunks_max, "there is room for 64 million elements");
        auto& chunk = chunks_[size_ / chunk_size];
        if (chunk == nullptr) chunk = std::make_unique<std::array<T, chunk_size>>();
        (*chunk)[size_ % chunk_size] = std::move(value);
        return static_cast<std::uint32_t>(size_++);
    }

    [[nodiscard]] const T& operator[](std::uint32_t index) const {
        return (*chunks_[index / chunk_size])[index % chunk_size];
    }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock lock(mutex_);
        return size_;
    }

private:
    mutable std::mutex mutex_;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<std::array<T, chunk_size>>> chunks_;
};

}  // namespace invitro::properties::explore
