// Several tests at once: how to keep the chance of any false alarm where one test alone has it.
#pragma once

#include <span>
#include <vector>

namespace invitro::reports {

// Holm's step-down correction (1979): the k-th smallest of n p-values times n - k + 1, never less
// than the one before, at most 1; in the order given. Rejecting where the result is at most alpha
// makes at least one false rejection with a probability of at most alpha, whatever depends on what.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace invitro::reports
