// Whole states as values: to bytes and back, compared, taken apart into leaves.
//
// A state is whatever is made of leaves (numbers, times, ids, texts, addresses ...), of types with
// fields(), and of arrays, vectors, optionals, variants, pairs and maps of those. Everything here
// goes through one walk, so what one of these functions sees, all see: equal states have equal
// bytes, unequal states have unequal bytes and a difference.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/leaf.hpp"
#include "protocol/vocabulary/result.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

// Where a leaf stands, as in "calls[2].due". A chain through the walk's stack, made into text only
// when somebody asks, because most walks do not.
class FieldPath {
public:
    FieldPath() = default;

    // The path points to its parent, which must outlive it.
    FieldPath(const FieldPath& parent, std::string_view name) : parent_(&parent), name_(name) {}

    FieldPath(const FieldPath& parent, std::size_t index) : parent_(&parent), index_(index) {}

    template <class Key>
    static FieldPath of_key(const FieldPath& parent, const Key& key);

    [[nodiscard]] std::string text() const;

private:
    using KeyText = std::string (*)(const void* key);

    [[nodiscard]] std::string step_text() const;

    const FieldPath* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
    const void* key_ = nullptr;
    KeyText key_text_ = nullptr;
};

// What a visitor is told of a leaf's meaning; converts to the FieldKind itself.
template <FieldKind kind>
using FieldKindConstant = std::integral_constant<FieldKind, kind>;

// Calls visitor(FieldKindConstant<kind>, path, leaf) for each leaf of `value`, in a fixed order. A
// container's size, whether an optional holds a value and which alternative a variant holds are
// leaves too, named "size", "has_value" and "index"; maps go in order of their keys. Thus the
// sequence of leaves determines the value.
template <class T, class Visitor>
void visit_leaves(const T& value, Visitor&& visitor);

// Appends the state's bytes: its leaves in order, in fixed widths, little-endian.
template <class T>
void serialise(const T& value, std::vector<std::uint8_t>& out) {
    visit_leaves(value, [&out](auto /*kind*/, const FieldPath& /*path*/, const auto& leaf) {
        leaf::put(out, leaf);
    });
}

// The inverse, for bytes of our own making: refuses bytes that end early or late and values that
// their type cannot hold. Which numbers an enumeration knows it cannot tell.
template <class T>
Result<T> deserialise(ByteView bytes);

// A sentence for each leaf that differs: "calls[2].due: 500 ns -> never". Empty for equal states.
template <class T>
std::vector<std::string> difference(const T& a, const T& b);

// ---- the walk ----

namespace detail {

// What a container holds; one of octets is a leaf.
template <class T>
concept Item = !std::same_as<T, std::uint8_t>;

inline std::uint32_t size_of(std::size_t size) {
    CHECK(size <= std::numeric_limits<std::uint32_t>::max(), "a container's size has 32 bits");
    return static_cast<std::uint32_t>(size);
}

template <class Visitor>
class LeafWalk {
public:
    explicit LeafWalk(Visitor& visitor) : visitor_(visitor) {}

    template <Leaf T>
    void walk(const FieldPath& path, const T& leaf) {
        visitor_(FieldKindConstant<field_kind<T>>{}, path, leaf);
    }

    template <HasFields T>
    void walk(const FieldPath& path, const T& value) {
        for_each_field(value, [&](const auto& one, const auto& member) {
            walk(FieldPath(path, one.name), member);
        });
    }

    void walk(const FieldPath& path, const PushToken& token) {
        walk(FieldPath(path, "provider"), token.provider);
        walk(FieldPath(path, "value"), token.value);
    }

    void walk(const FieldPath& /*path*/, std::monostate /*nothing*/) {}

    template <Item T, std::size_t size>
    void walk(const FieldPath& path, const std::array<T, size>& items) {
        walk_items(path, items);
    }

    template <Item T>
    void walk(const FieldPath& path, const std::vector<T>& items) {
        walk(FieldPath(path, "size"), size_of(items.size()));
        walk_items(path, items);
    }

    template <Item T, std::size_t capacity>
    void walk(const FieldPath& path, const InlineVector<T, capacity>& items) {
        walk(FieldPath(path, "size"), size_of(items.size()));
        walk_items(path, items);
    }

    template <class T>
    void walk(const FieldPath& path, const std::optional<T>& value) {
        walk(FieldPath(path, "has_value"), value.has_value());
        if (value) walk(path, *value);
    }

    template <class... T>
    void walk(const FieldPath& path, const std::variant<T...>& value) {
        static_assert(sizeof...(T) <= 256);
        walk(FieldPath(path, "index"), static_cast<std::uint8_t>(value.index()));
        std::visit([&](const auto& alternative) { walk(path, alternative); }, value);
    }

    template <class First, class Second>
    void walk(const FieldPath& path, const std::pair<First, Second>& pair) {
        walk(FieldPath(path, "first"), pair.first);
        walk(FieldPath(path, "second"), pair.second);
    }

    template <class Key, class Value>
    void walk(const FieldPath& path, const std::map<Key, Value>& map) {
        walk(FieldPath(path, "size"), size_of(map.size()));
        for (const auto& [key, value] : map) {
            walk_entry(path, key, value);
        }
    }

    template <class Key, class Value>
    void walk(const FieldPath& path, const DenseMap<Key, Value>& map) {
        using Entry = typename DenseMap<Key, Value>::Entry;
        std::vector<const Entry*> entries;
        entries.reserve(map.size());
        for (const Entry& entry : map) {
            entries.push_back(&entry);
        }
        std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
            return a->key < b->key;
        });
        walk(FieldPath(path, "size"), size_of(map.size()));
        for (const Entry* entry : entries) {
            walk_entry(path, entry->key, entry->value);
        }
    }

private:
    template <class Items>
    void walk_items(const FieldPath& path, const Items& items) {
        std::size_t index = 0;
        for (const auto& item : items) {
            walk(FieldPath(path, index++), item);
        }
    }

    template <class Key, class Value>
    void walk_entry(const FieldPath& path, const Key& key, const Value& value) {
        const FieldPath entry = FieldPath::of_key(path, key);
        walk(FieldPath(entry, "key"), key);
        walk(entry, value);
    }

    Visitor& visitor_;
};

// The inverse of the walk: reads a value's leaves in the walk's order.
class StateReader {
public:
    explicit StateReader(ByteView bytes) : source_{bytes} {}

    [[nodiscard]] std::size_t left() const { return source_.left.size(); }

    template <Leaf T>
    [[nodiscard]] bool read(T& leaf) {
        return leaf::take(source_, leaf);
    }

    template <HasFields T>
    [[nodiscard]] bool read(T& value) {
        bool taken = true;
        for_each_field(value,
                       [&](const auto& /*one*/, auto& member) { taken = taken && read(member); });
        return taken;
    }

    [[nodiscard]] bool read(PushToken& token) { return read(token.provider) && read(token.value); }

    [[nodiscard]] bool read(std::monostate& /*nothing*/) { return true; }

    template <Item T, std::size_t size>
    [[nodiscard]] bool read(std::array<T, size>& items) {
        return std::all_of(items.begin(), items.end(), [&](T& item) { return read(item); });
    }

    template <Item T>
    [[nodiscard]] bool read(std::vector<T>& items) {
        items.clear();
        return read_items<T>(no_limit, [&](T&& item) { items.push_back(std::move(item)); });
    }

    template <Item T, std::size_t capacity>
    [[nodiscard]] bool read(InlineVector<T, capacity>& items) {
        items.clear();
        return read_items<T>(capacity, [&](const T& item) { items.push_back(item); });
    }

    template <class T>
    [[nodiscard]] bool read(std::optional<T>& value) {
        bool has_value = false;
        value.reset();
        return read(has_value) && (!has_value || read(value.emplace()));
    }

    template <class... T>
    [[nodiscard]] bool read(std::variant<T...>& value) {
        std::uint8_t index = 0;
        if (!read(index) || index >= sizeof...(T)) return false;
        const auto read_alternative = [&]<std::size_t... i>(std::index_sequence<i...> /*all*/) {
            return ((i == index && read(value.template emplace<i>())) || ...);
        };
        return read_alternative(std::index_sequence_for<T...>{});
    }

    template <class First, class Second>
    [[nodiscard]] bool read(std::pair<First, Second>& pair) {
        return read(pair.first) && read(pair.second);
    }

    template <class Key, class Value>
    [[nodiscard]] bool read(std::map<Key, Value>& map) {
        return read_map<Key, Value>(map);
    }

    template <class Key, class Value>
    [[nodiscard]] bool read(DenseMap<Key, Value>& map) {
        return read_map<Key, Value>(map);
    }

private:
    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    template <class T, class Add>
    [[nodiscard]] bool read_items(std::size_t size_max, Add add) {
        std::uint32_t size = 0;
        if (!read(size) || size > size_max) return false;
        for (; size > 0; --size) {
            T item{};
            // An item without any bytes would let four bytes ask for four thousand million.
            if (left() == 0 || !read(item)) return false;
            add(std::move(item));
        }
        return true;
    }

    template <class Key, class Value, class Map>
    [[nodiscard]] bool read_map(Map& map) {
        map.clear();
        bool is_new = true;
        const bool taken = read_items<std::pair<Key, Value>>(no_limit, [&](auto&& entry) {
            is_new = map.try_emplace(entry.first, std::move(entry.second)).second && is_new;
        });
        return taken && is_new;
    }

    leaf::Source source_;
};

// A leaf with everything a difference says of it.
struct ShownLeaf {
    std::string path;
    std::string text;
    std::vector<std::uint8_t> bytes;
};

template <class T>
std::vector<ShownLeaf> show_leaves(const T& value) {
    std::vector<ShownLeaf> shown;
    visit_leaves(value, [&shown](auto /*kind*/, const FieldPath& path, const auto& leaf) {
        shown.push_back({.path = path.text(), .text = leaf::text(leaf), .bytes = {}});
        leaf::put(shown.back().bytes, leaf);
    });
    return shown;
}

std::vector<std::string> difference_of_leaves(const std::vector<ShownLeaf>& a,
                                              const std::vector<ShownLeaf>& b);

}  // namespace detail

template <class Key>
FieldPath FieldPath::of_key(const FieldPath& parent, const Key& key) {
    FieldPath path(parent, std::string_view{});
    path.key_ = &key;
    path.key_text_ = [](const void* pointer) {
        std::string joined;
        visit_leaves(*static_cast<const Key*>(pointer),
                     [&](auto /*kind*/, const FieldPath& /*path*/, const auto& leaf) {
                         joined += (joined.empty() ? "" : ", ") + leaf::text(leaf);
                     });
        return joined;
    };
    return path;
}

template <class T, class Visitor>
void visit_leaves(const T& value, Visitor&& visitor) {
    detail::LeafWalk<std::remove_reference_t<Visitor>>(visitor).walk(FieldPath(), value);
}

template <class T>
Result<T> deserialise(ByteView bytes) {
    detail::StateReader reader(bytes);
    Result<T> value{};
    if (reader.read(*value) && reader.left() == 0) return value;
    return fail("the bytes of the state are wrong " + std::to_string(reader.left()) +
                " bytes before their end");
}

template <class T>
std::vector<std::string> difference(const T& a, const T& b) {
    return detail::difference_of_leaves(detail::show_leaves(a), detail::show_leaves(b));
}

}  // namespace invitro::protocol
