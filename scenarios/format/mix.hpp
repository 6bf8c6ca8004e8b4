// The notation of a mix: one value for all, or shares by weight.
//
//     "access": "wifi"
//     "access": {"wifi": 3, "4g": 1}
//     "access": [{"value": "wifi", "weight": 3}, {"value": "4g"}]
//
// The last form is for values that are no single word; whatever mix there is can be written in it.
#pragma once

#include "scenarios/format/notations.hpp"

#include <algorithm>
#include <type_traits>

namespace invitro::scenarios::format {

namespace detail {

Value mix_schema(const Value& element, bool is_of_numbers);

// "wifi" or, in a mix of numbers, 3: as it stands before the colon, where only texts can stand.
inline Value key_to_value(const std::string& key, bool is_of_numbers) {
    return is_of_numbers ? Value(Number{key}) : Value(key);
}

// The text before the colon, or nothing where the value is none that can stand there.
inline std::optional<std::string> value_to_key(const Value& value) {
    if (const auto* number = value.as<Number>()) return number->text;
    if (const auto* word = value.as<std::string>()) return *word;
    return std::nullopt;
}

inline Notation<std::uint32_t> weight_notation() {
    return count<std::uint32_t>(1, limits::weight_max);
}

}  // namespace detail

template <class T>
class MixNotation {
public:
    explicit MixNotation(const Notation<T>& element)
        : element_(element),
          list_(list_of(
              Section<Weighted<T>>{
                  .fields =
                      {{"value", &Weighted<T>::value, element, "what is drawn", Presence::required},
                       {"weight", &Weighted<T>::weight, detail::weight_notation(), "how often"}}},
              {"values with weights", 1, limits::mix_entries_max})) {}

    bool read(Reader& reader, const Value& value, Mix<T>& mix) const {
        if (value.as<Value::List>() != nullptr) return list_.read(reader, value, mix);
        if (const auto* members = value.as<Value::Object>()) {
            return read_weights(reader, value, *members, mix);
        }
        Weighted<T> only;
        if (!element_.read(reader, value, only.value)) return false;
        mix = {only};
        return true;
    }

    [[nodiscard]] Value write(const Mix<T>& mix) const {
        if (mix.size() == 1 && mix.front().weight == 1) {
            Value value = element_.write(mix.front().value);
            if (detail::value_to_key(value)) return value;
        }
        Value::Object members;
        for (const Weighted<T>& entry : mix) {
            const auto key = detail::value_to_key(element_.write(entry.value));
            const auto is_same = [&](const Member& member) { return member.key == key; };
            // What has no word, or stands twice, needs a list.
            if (!key || std::any_of(members.begin(), members.end(), is_same)) {
                return list_.write(mix);
            }
            members.push_back(
                {.key = *key, .value = detail::weight_notation().write(entry.weight)});
        }
        return members;
    }

private:
    bool read_weights(Reader& reader,
                      const Value& value,
                      const Value::Object& members,
                      Mix<T>& mix) const {
        bool good = check_count(
            reader, value, members.size(), {"values with weights", 1, limits::mix_entries_max});
        Mix<T> read;
        for (const Member& member : members) {
            const Reader::Step step(reader, member.key);
            Value key = detail::key_to_value(member.key, std::is_integral_v<T>);
            key.offset = member.key_offset;
            Weighted<T> entry;
            good = element_.read(reader, key, entry.value) && good;
            good = detail::weight_notation().read(reader, member.value, entry.weight) && good;
            read.push_back(std::move(entry));
        }
        if (good) mix = std::move(read);
        return good;
    }

    Notation<T> element_;
    Notation<Mix<T>> list_;
};

template <class T>
Notation<Mix<T>> mix_of(const Notation<T>& element) {
    const MixNotation<T> notation(element);
    return {.shape = {.expected = element.shape.expected + ", or weights of several",
                      .schema = detail::mix_schema(element.shape.schema, std::is_integral_v<T>),
                      .fields = {}},
            .read = [notation](Reader& reader,
                               const Value& value,
                               Mix<T>& mix) { return notation.read(reader, value, mix); },
            .write = [notation](const Mix<T>& mix) { return notation.write(mix); }};
}

}  // namespace invitro::scenarios::format
