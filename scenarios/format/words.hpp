// Words and their neighbours: what a mistyped one may have meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::scenarios::format {

// How many letters must be added, removed, changed or swapped with their neighbour to make one word
// of the other (optimal string alignment); upper and lower case are the same.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The word that was probably meant, or "": the nearest, if no more than a third of it is wrong.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

// `did you mean "loss"?`, or where nothing is near: `known are "loss", "delay"` (the first dozen).
std::string known_words(std::string_view word, const std::vector<std::string>& known);

}  // namespace invitro::scenarios::format
