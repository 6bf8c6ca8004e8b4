#include "scenarios/format/units.hpp"

#include "scenarios/format/words.hpp"
#include "scenarios/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace invitro::scenarios::format {
namespace {

using protocol::Duration;
using protocol::fail;
using protocol::Result;

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

constexpr Unit units[] = {{"ns", 1},
                          {"us", 1'000},
                          {"ms", 1'000'000},
                          {"s", 1'000'000'000},
                          {"min", 60'000'000'000},
                          {"h", 3'600'000'000'000}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "12.50" as 1250 parts of 10^2.
struct Decimal {
    std::uint64_t digits = 0;
    std::uint64_t parts = 1;  // a power of ten
    std::string_view rest;    // what follows the number
};

// Nothing where the text does not start with digits, or has more than 18 of them in all.
std::optional<Decimal> parse_decimal(std::string_view text) {
    Decimal decimal;
    std::size_t used = 0;
    std::size_t count = 0;
    bool after_point = false;
    for (; used < text.size(); ++used) {
        const char c = text[used];
        const bool is_point = c == '.' && !after_point && used > 0 && used + 1 < text.size() &&
                              is_digit(text[used + 1]);
        if (!is_digit(c) && !is_point) break;
        if (is_point) {
            after_point = true;
            continue;
        }
        if (++count > 18) return std::nullopt;
        decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(c - '0');
        if (after_point) decimal.parts *= 10;
    }
    decimal.rest = text.substr(used);
    return count == 0 ? std::nullopt : std::optional(decimal);
}

// The digits after the point, of `value` parts of 10^`places`, without trailing zeros.
std::string decimals(std::uint64_t value, std::size_t places) {
    std::string text = fmt::format("{:0{}}", value, places);
    text.erase(text.find_last_not_of('0') + 1);
    return text.empty() ? "" : "." + text;
}

Result<Unit> find_unit(std::string_view name) {
    std::vector<std::string> names;
    for (const Unit& unit : units) {
        if (unit.name == name) return unit;
        names.emplace_back(unit.name);
    }
    return fail(fmt::format("unknown unit \"{}\"; {}", name, known_words(name, names)));
}

}  // namespace

std::string duration_text(Duration duration) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0s";
    for (const std::size_t whole : {5U, 4U}) {  // hours and minutes only where nothing is left over
        if (count % units[whole].nanoseconds == 0) {
            return fmt::format("{}{}", count / units[whole].nanoseconds, units[whole].name);
        }
    }
    std::size_t i = 3;
    while (count < units[i].nanoseconds) {
        --i;
    }
    const auto left_over = static_cast<std::uint64_t>(count % units[i].nanoseconds);
    return fmt::format(
        "{}{}{}", count / units[i].nanoseconds, decimals(left_over, 3 * i), units[i].name);
}

Result<Duration> parse_duration(std::string_view text) {
    const auto decimal = parse_decimal(text);
    if (!decimal) return fail(fmt::format("\"{}\" is not a duration", text));
    if (decimal->rest.empty()) {
        return fail(fmt::format("missing unit: write \"{0}s\" or \"{0}ms\"", text));
    }
    const auto unit = find_unit(decimal->rest);
    if (!unit) return tl::unexpected(unit.error());
    const auto scale = static_cast<std::uint64_t>(unit->nanoseconds);
    const std::uint64_t whole = decimal->digits / decimal->parts;
    const auto longest = static_cast<std::uint64_t>(limits::time_max.count());
    const std::uint64_t part = decimal->digits % decimal->parts;
    if (whole > longest / scale || (whole == longest / scale && part > 0)) {
        return fail(fmt::format("{} is too long", text));
    }
    // part / parts of the unit, in nanoseconds: what is left of the power of ten is too fine.
    std::uint64_t parts = decimal->parts;
    std::uint64_t left_over = part;
    std::uint64_t finer = scale;
    while (parts > 1 && finer % 10 == 0) {
        parts /= 10;
        finer /= 10;
    }
    while (parts > 1 && left_over % 10 == 0) {
        parts /= 10;
        left_over /= 10;
    }
    if (parts > 1) return fail(fmt::format("{} is finer than a nanosecond", text));
    return Duration{static_cast<std::int64_t>(whole * scale + left_over * finer)};
}

std::string share_text(model::Probability probability) {
    const auto share = static_cast<std::uint64_t>(probability);
    const std::uint64_t hundredfold = share * 100;
    std::uint64_t power = 1;
    // Eight decimals of a percentage are finer than 2^-32, so the last round always returns.
    for (std::size_t places = 0; places <= 8; ++places, power *= 10) {
        std::uint64_t whole = hundredfold / model::probability_one;
        std::uint64_t rest = hundredfold % model::probability_one;
        rest = (rest * power + model::probability_one / 2) / model::probability_one;
        if (rest == power) {
            ++whole;
            rest = 0;
        }
        std::string text = fmt::format("{}{}%", whole, places == 0 ? "" : decimals(rest, places));
        const auto back = parse_share(text);
        if (back && *back == probability) return text;
    }
    return "100%";
}

Result<model::Probability> parse_share(std::string_view text) {
    const auto decimal = parse_decimal(text);
    if (!decimal || (decimal->rest != "%" && !decimal->rest.empty())) {
        return fail(fmt::format("\"{}\" is not a share", text));
    }
    if (decimal->rest.empty()) return fail(fmt::format("missing unit: write \"{}%\"", text));
    constexpr std::uint64_t parts_max = 1'000'000'000'000;
    if (decimal->parts > parts_max) return fail(fmt::format("{} has more than 12 decimals", text));
    const std::uint64_t whole = decimal->parts * 100;
    if (decimal->digits > whole) return fail(fmt::format("{} is more than 100%", text));
    // Long division, bit by bit, rounded to the nearest: digits / whole in parts of 2^32.
    std::uint64_t quotient = decimal->digits / whole;
    std::uint64_t remainder = decimal->digits % whole;
    for (int bit = 0; bit < 32; ++bit) {
        remainder *= 2;
        quotient = quotient * 2 + remainder / whole;
        remainder %= whole;
    }
    if (remainder * 2 >= whole) ++quotient;
    return model::Probability{quotient};
}

Result<std::uint64_t> parse_whole(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return fail(fmt::format("{} is not a whole number of at most 64 bits", text));
    }
    return number;
}

}  // namespace invitro::scenarios::format
