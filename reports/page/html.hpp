// Text for HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace invitro::reports {

// With the characters that mean something in markup (& < > " ') written as references.
std::string escaped(std::string_view text);

}  // namespace invitro::reports
