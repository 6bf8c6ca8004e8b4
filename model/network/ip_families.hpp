// Which versions of IP an access network gives its hosts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace invitro::model {

enum class IpFamilies : std::uint8_t {
    v4 = 0,
    v6 = 1,
    dual = 2,  // both, side by side
};

inline constexpr std::size_t ip_families_count = 3;

constexpr bool has_v4(IpFamilies families) {
    return families != IpFamilies::v6;
}

constexpr bool has_v6(IpFamilies families) {
    return families != IpFamilies::v4;
}

constexpr std::string_view to_string(IpFamilies families) {
    switch (families) {
        case IpFamilies::v4:
            return "v4";
        case IpFamilies::v6:
            return "v6";
        case IpFamilies::dual:
            return "dual";
    }
    return "unknown";
}

}  // namespace invitro::model
