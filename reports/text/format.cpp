#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace invitro::reports {
namespace {

// Three significant digits, without an exponent.
std::string three_digits(double value) {
    if (value >= 99.95) return fmt::format("{:.0f}", value);
    if (value >= 9.995) return fmt::format("{:.1f}", value);
    return fmt::format("{:.2f}", value);
}

}  // namespace

std::string duration_text(double milliseconds) {
    constexpr double second = 1e3;
    constexpr double minute = 60 * second;
    if (milliseconds <= 0) return "0 ms";
    if (milliseconds < 999.5) return three_digits(milliseconds) + " ms";
    if (milliseconds < minute) return three_digits(milliseconds / second) + " s";
    const auto seconds = std::llround(milliseconds / second);
    return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
}

std::string count_text(std::uint64_t count, std::string_view separator) {
    const std::string digits = std::to_string(count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0) text += separator;
        text += digits[i];
    }
    return text;
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "-";
    if (part == 0) return "0 %";
    if (part == whole) return "100 %";
    const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
    if (percent < 0.01) return "< 0.01 %";
    if (percent > 99.99) return "> 99.99 %";
    if (percent < 1 || percent >= 99.95) return fmt::format("{:.2f} %", percent);
    return fmt::format("{:.1f} %", percent);
}

std::string amount_text(double value, std::string_view separator) {
    const std::string text = decimal_text(value);
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = static_cast<std::uint64_t>(value + (point == text.size() ? 0.5 : 0));
    return count_text(whole, separator) + text.substr(point);
}

std::string decimal_text(double value) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

std::string coordinate(double value) {
    std::string text = decimal_text(value);
    return text == "-0" ? "0" : text;
}

std::string spaced(std::string_view name) {
    std::string text(name);
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

}  // namespace invitro::reports
