#include "scenarios/format/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

// A longer word was not mistyped, and need not be compared letter by letter with all others.
constexpr std::size_t word_length_max = 64;
constexpr std::size_t listed_max = 12;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the table of distances between the beginnings of a and of b.
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        current[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(current);
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            current[j] =
                std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
    }
    return current[b.size()];
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
    if (word.size() > word_length_max) return {};
    std::string nearest;
    std::size_t distance_min = word.size() + word_length_max;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        const std::size_t allowed = std::max<std::size_t>(1, candidate.size() / 3);
        if (distance <= allowed && distance < distance_min) {
            nearest = candidate;
            distance_min = distance;
        }
    }
    return nearest;
}

std::string known_words(std::string_view word, const std::vector<std::string>& known) {
    const std::string nearest = nearest_word(word, known);
    if (!nearest.empty()) return fmt::format("did you mean \"{}\"?", nearest);
    std::string list = known.size() == 1 ? "known is " : "known are ";
    for (std::size_t i = 0; i < std::min(known.size(), listed_max); ++i) {
        list += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", known[i]);
    }
    return known.size() <= listed_max
               ? list
               : list + fmt::format(" and {} more", known.size() - listed_max);
}

}  // namespace invitro::scenarios::format
