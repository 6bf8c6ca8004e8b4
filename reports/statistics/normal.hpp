// The standard normal distribution, as far as tests of significance need it.
#pragma once

namespace invitro::reports {

// The probability of more than z standard deviations: from erfc, exact to about 15 digits also far
// out in the tail.
double normal_upper_tail(double z);

// The z that is exceeded with probability 1 - p, to the last digit that normal_upper_tail() tells
// apart. Precondition: 0 < p < 1.
double normal_quantile(double p);

}  // namespace invitro::reports
