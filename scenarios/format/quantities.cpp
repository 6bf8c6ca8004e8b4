// Notations of durations, shares and numbers.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/units.hpp"

namespace invitro::scenarios::format {
namespace {

constexpr std::string_view never_word = "never";

Value reference(std::string_view definition) {
    return Value::Object{{.key = "$ref", .value = fmt::format("#/definitions/{}", definition)}};
}

std::string expected_in(const DurationRange& range) {
    if (range.low == Duration::zero() && range.high == limits::time_max) {
        return "a duration such as \"250ms\"";
    }
    return fmt::format(
        "a duration from \"{}\" to \"{}\"", duration_text(range.low), duration_text(range.high));
}

bool read_duration(Reader& reader,
                   const Value& value,
                   const Shape& shape,
                   const DurationRange& range,
                   Duration& target) {
    if (const auto* number = value.as<Number>()) {
        return reader.fail(value,
                           fmt::format("missing unit: write \"{0}s\" or \"{0}ms\"", number->text));
    }
    const auto* text = value.as<std::string>();
    if (text == nullptr) return fail_kind(reader, value, shape);
    const auto duration = parse_duration(*text);
    if (!duration) return reader.fail(value, duration.error().message);
    if (*duration < range.low || *duration > range.high) {
        return reader.fail(value, fmt::format("expected {}, found {}", shape.expected, *text));
    }
    target = *duration;
    return true;
}

template <class Time>
Time time_of(Duration duration) {
    return Time(duration);
}

Duration duration_of(Duration time) {
    return time;
}

Duration duration_of(protocol::Instant at) {
    return at.time_since_epoch();
}

// Durations and moments, both with or without "never".
template <class Time>
Notation<Time> time_notation(const DurationRange& range, bool may_be_never) {
    Shape shape{.expected = expected_in(range),
                .schema = reference(may_be_never ? "duration_or_never" : "duration"),
                .fields = {}};
    if (may_be_never) shape.expected += " or \"never\"";
    auto read = [shape, range, may_be_never](Reader& reader, const Value& value, Time& target) {
        if (may_be_never && value == Value(std::string(never_word))) {
            target = time_of<Time>(Duration::max());
            return true;
        }
        Duration duration{};
        if (!read_duration(reader, value, shape, range, duration)) return false;
        target = time_of<Time>(duration);
        return true;
    };
    auto write = [](const Time& time) -> Value {
        const Duration duration = duration_of(time);
        return duration == Duration::max() ? std::string(never_word) : duration_text(duration);
    };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

}  // namespace

Notation<Duration> duration(DurationRange range) {
    return time_notation<Duration>(range, false);
}

Notation<Duration> duration_or_never() {
    return time_notation<Duration>({}, true);
}

Notation<protocol::Instant> moment() {
    return time_notation<protocol::Instant>({}, false);
}

Notation<protocol::Instant> moment_or_never() {
    return time_notation<protocol::Instant>({}, true);
}

Notation<model::Probability> share() {
    Shape shape{.expected = "0% to 100%", .schema = reference("share"), .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, model::Probability& target) {
        if (value.as<Number>() != nullptr) {
            return reader.fail(value, "expected a text, \"0%\" to \"100%\"");
        }
        const auto* text = value.as<std::string>();
        if (text == nullptr) return fail_kind(reader, value, shape);
        const auto share = parse_share(*text);
        if (!share) {
            return reader.fail(value, share.error().message + "; expected " + shape.expected);
        }
        target = *share;
        return true;
    };
    auto write = [](const model::Probability& share) -> Value { return share_text(share); };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

template <class T>
Notation<T> count(T low, T high) {
    Shape shape{.expected = fmt::format("a whole number from {} to {}", low, high),
                .schema = Value::Object{{.key = "type", .value = "integer"},
                                        {.key = "minimum", .value = Number{std::to_string(low)}},
                                        {.key = "maximum", .value = Number{std::to_string(high)}}},
                .fields = {}};
    auto read = [shape, low, high](Reader& reader, const Value& value, T& target) {
        const auto* number = value.as<Number>();
        if (number == nullptr) return fail_kind(reader, value, shape);
        const auto whole = parse_whole(number->text);
        if (!whole || *whole < low || *whole > high) {
            return reader.fail(value,
                               fmt::format("expected {}, found {}", shape.expected, number->text));
        }
        target = static_cast<T>(*whole);
        return true;
    };
    auto write = [](const T& number) -> Value { return Number{std::to_string(number)}; };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

template Notation<std::uint16_t> count(std::uint16_t low, std::uint16_t high);
template Notation<std::uint32_t> count(std::uint32_t low, std::uint32_t high);
template Notation<std::uint64_t> count(std::uint64_t low, std::uint64_t high);

Notation<std::uint64_t> seed() {
    auto notation = count<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max());
    notation.shape.expected = "a whole number of at most 64 bits";
    return notation;
}

Notation<bool> flag() {
    Shape shape{.expected = "true or false",
                .schema = Value::Object{{.key = "type", .value = "boolean"}},
                .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, bool& target) {
        const auto* flag = value.as<bool>();
        if (flag == nullptr) return fail_kind(reader, value, shape);
        target = *flag;
        return true;
    };
    return {.shape = std::move(shape),
            .read = std::move(read),
            .write = [](const bool& flag) -> Value { return flag; }};
}

// What an entity is called is a number like any other, but written down.
Notation<std::uint32_t> number_of(Entity entity) {
    auto notation = count<std::uint32_t>(0, std::numeric_limits<std::uint32_t>::max());
    notation.shape.expected = "a whole number of at most 32 bits";
    auto read_number = notation.read;
    notation.read = [read_number, entity](
                        Reader& reader, const Value& value, std::uint32_t& target) {
        return read_number(reader, value, target) && reader.define(entity, target, value);
    };
    return notation;
}

Notation<std::uint32_t> reference_to(Entity entity) {
    auto notation = count<std::uint32_t>(0, std::numeric_limits<std::uint32_t>::max());
    notation.shape.expected = fmt::format("the number of a {}", to_string(entity));
    auto read_number = notation.read;
    notation.read = [read_number, entity](
                        Reader& reader, const Value& value, std::uint32_t& target) {
        return read_number(reader, value, target) && reader.refer(entity, target, value);
    };
    return notation;
}

}  // namespace invitro::scenarios::format
