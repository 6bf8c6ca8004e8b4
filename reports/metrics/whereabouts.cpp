#include "reports/metrics/whereabouts.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <tuple>

namespace invitro::reports {
namespace {

// Lists are sorted by number, and mostly numbered without gaps: try that place first.
template <class Item>
const Item& numbered(const std::vector<Item>& items, std::uint32_t number) {
    const std::uint32_t guess = items.empty() ? 0 : number - items.front().number;
    if (guess < items.size() && items[guess].number == number) return items[guess];
    const auto found = std::lower_bound(
        items.begin(), items.end(), number, [](const Item& item, std::uint32_t wanted) {
            return item.number < wanted;
        });
    CHECK(found != items.end() && found->number == number, "a world names only what it has");
    return *found;
}

}  // namespace

Whereabouts::Whereabouts(const scenarios::World& world) : world_(&world), moves_(world.moves) {
    std::stable_sort(moves_.begin(), moves_.end(), [](const auto& a, const auto& b) {
        return std::tie(a.device, a.move.at) < std::tie(b.device, b.move.at);
    });
}

Whereabout Whereabouts::of(std::uint32_t device, protocol::Instant at) const {
    std::uint32_t network = numbered(world_->devices, device).network;
    const auto key = std::pair{device, at.time_since_epoch()};
    // The first move that is still to come; the one before it, if it is this device's, counts.
    const auto next = std::upper_bound(
        moves_.begin(), moves_.end(), key, [](const auto& wanted, const scenarios::DeviceMove& m) {
            return wanted < std::pair{m.device, m.move.at};
        });
    if (next != moves_.begin() && std::prev(next)->device == device) {
        network = std::prev(next)->move.network;
    }
    const scenarios::AccessNetwork& found = numbered(world_->networks, network);
    return {.access = found.access, .nat = found.nat.kind};
}

}  // namespace invitro::reports
