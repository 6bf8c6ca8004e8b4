// The sequence chart of a call: its actors side by side, time running down, a line for every
// message from where and when it was sent to where and when it arrived, a cross where it was lost.
#pragma once

#include "reports/trace.hpp"

#include <string>
#include <string_view>

namespace invitro::reports {

// `id` names the drawing in its page. What is not drawn (keep-alives, further checks of the same
// pair, devices beyond the fifth) is said below the lifelines.
std::string sequence_chart(const CallTrace& trace, std::string_view id);

}  // namespace invitro::reports
