// Bytes: views of them, and small ones held in place.
//
// What crosses between nodes is a ByteView of encoded bytes. Values that travel in messages
// (identifiers, tokens, candidates) live in an InlineVector, so that decoding a message never
// allocates.
#pragma once

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

namespace invitro::protocol {

using ByteView = std::span<const std::uint8_t>;

inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// NOLINTBEGIN(cppcoreguidelines-pro-type-member-init): leaving the storage alone is the point

// NOLINTBEGIN(cppcoreguidelines-special-member-functions): moving is copying

// At most `capacity` elements without a destructor of their own, held in place. Copying copies only
// the elements in use; the rest of the storage is left uninitialised, so that a message with room
// for much is cheap when it holds little.
template <class T, std::size_t capacity_max>
class InlineVector {
    static_assert(std::is_trivially_destructible_v<T> && capacity_max <= 0xFFFF);

public:
    using value_type = T;

    InlineVector() {}  // NOLINT: `= default` would zero the storage of a value-initialised object

    InlineVector(std::initializer_list<T> items) { assign({items.begin(), items.size()}); }

    explicit InlineVector(std::span<const T> items) { assign(items); }

    InlineVector(const InlineVector& other) { assign(other.view()); }

    InlineVector& operator=(const InlineVector& other) {
        if (this != &other) assign(other.view());
        return *this;
    }

    ~InlineVector() = default;

    static constexpr std::size_t capacity() { return capacity_max; }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    [[nodiscard]] bool full() const { return size_ == capacity_max; }

    [[nodiscard]] const T* data() const { return reinterpret_cast<const T*>(storage_); }

    [[nodiscard]] T* data() { return reinterpret_cast<T*>(storage_); }

    [[nodiscard]] std::span<const T> view() const { return {data(), size_}; }

    [[nodiscard]] const T* begin() const { return data(); }

    [[nodiscard]] const T* end() const { return data() + size_; }

    [[nodiscard]] T* begin() { return data(); }

    [[nodiscard]] T* end() { return data() + size_; }

    const T& operator[](std::size_t index) const { return data()[index]; }

    T& operator[](std::size_t index) { return data()[index]; }

    void clear() { size_ = 0; }

    // Precondition: not full.
    void push_back(const T& item) {
        CHECK(size_ < capacity_max, "an inline vector has a fixed capacity");
        new (storage_ + size_ * sizeof(T)) T(item);
        ++size_;
    }

    // Precondition: items.size() <= capacity().
    void assign(std::span<const T> items) {
        CHECK(items.size() <= capacity_max, "an inline vector has a fixed capacity");
        std::uninitialized_copy(items.begin(), items.end(), data());
        size_ = static_cast<std::uint16_t>(items.size());
    }

    friend bool operator==(const InlineVector& a, const InlineVector& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

    friend auto operator<=>(const InlineVector& a,
                            const InlineVector& b) requires std::three_way_comparable<T> {
        return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    std::uint16_t size_ = 0;
    alignas(T) unsigned char storage_[sizeof(T) * capacity_max];
};

// NOLINTEND(cppcoreguidelines-special-member-functions)
// NOLINTEND(cppcoreguidelines-pro-type-member-init)

template <std::size_t capacity_max>
using InlineBytes = InlineVector<std::uint8_t, capacity_max>;

}  // namespace invitro::protocol
