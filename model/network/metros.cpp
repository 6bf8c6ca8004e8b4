#include "model/draw.hpp"
#include "model/network/topology.hpp"

#include <array>
#include <string>
#include <string_view>

namespace invitro::model {
namespace {

struct Metro {
    std::string_view name;
    std::int32_t latitude_thousandths;   // degrees, north positive
    std::int32_t longitude_thousandths;  // degrees, east positive
    std::uint32_t population_thousands;
};

// City centres, and the population of the urban area, rounded (United Nations, World Urbanization
// Prospects 2018, and Demographia World Urban Areas). Only their proportions matter. New ones go to
// the end: a site's index may stand in a file.
constexpr auto metros = std::to_array<Metro>({
    {"Frankfurt", 50110, 8682, 2700},      {"London", 51507, -128, 10900},
    {"Paris", 48857, 2352, 11000},         {"Amsterdam", 52367, 4904, 1650},
    {"Madrid", 40417, -3704, 6500},        {"Milan", 45464, 9190, 5200},
    {"Stockholm", 59329, 18069, 1600},     {"Warsaw", 52230, 21012, 1770},
    {"Vienna", 48208, 16373, 1920},        {"Moscow", 55756, 37617, 12500},
    {"Istanbul", 41008, 28978, 15200},     {"Cairo", 30044, 31236, 20900},
    {"Lagos", 6524, 3379, 14400},          {"Nairobi", -1292, 36822, 4700},
    {"Johannesburg", -26204, 28047, 9600}, {"Dubai", 25205, 55271, 2900},
    {"Riyadh", 24714, 46675, 7200},        {"Tel Aviv", 32085, 34782, 4200},
    {"Mumbai", 19076, 72878, 20400},       {"Delhi", 28614, 77209, 30300},
    {"Bangalore", 12972, 77595, 12300},    {"Singapore", 1352, 103820, 5900},
    {"Jakarta", -6209, 106846, 10800},     {"Bangkok", 13756, 100502, 10500},
    {"Manila", 14599, 120984, 13900},      {"Hong Kong", 22319, 114169, 7500},
    {"Shanghai", 31230, 121474, 27100},    {"Beijing", 39904, 116407, 20500},
    {"Seoul", 37567, 126978, 9960},        {"Tokyo", 35690, 139692, 37400},
    {"Sydney", -33869, 151209, 4900},      {"Auckland", -36848, 174763, 1600},
    {"New York", 40713, -74006, 18800},    {"Washington", 38907, -77037, 5300},
    {"Miami", 25762, -80192, 6100},        {"Chicago", 41878, -87630, 8900},
    {"Dallas", 32777, -96797, 6300},       {"Los Angeles", 34052, -118244, 12400},
    {"Seattle", 47606, -122332, 3400},     {"Toronto", 43653, -79383, 6200},
    {"Mexico City", 19433, -99133, 21800}, {"Bogota", 4711, -74072, 11000},
    {"Sao Paulo", -23551, -46633, 22000},  {"Buenos Aires", -34604, -58382, 15200},
});

constexpr std::uint64_t backbone_bits_per_second = 10'000'000'000;

// A stable name of a site for draws, so that its links stay as they are when others come or go.
std::uint64_t key_of(std::string_view name) {
    std::uint64_t key = 0;
    for (const char letter : name) {
        key = mix(key ^ static_cast<unsigned char>(letter));
    }
    return key;
}

// How much longer or shorter than the middle case the way between two cities is, in thousandths:
// cables do not follow great circles. Half of the pairs lie between 0.83 and 1, half between 1 and
// 1.25; with these bounds the pairs stay within the 5th and 95th percentile of the measured table.
std::int64_t detour_thousandths(std::string_view one, std::string_view other) {
    // The same for both directions.
    const std::uint64_t drawn = draw(0, Subsystem::topology, key_of(one) + key_of(other));
    const auto spread = static_cast<std::int64_t>(below(1000, drawn << 32));
    const bool is_longer = happens(probability(0.5), drawn);
    return is_longer ? 1000 + spread * 250 / 1000 : 1000 - spread * 170 / 1000;
}

Topology linked_metros() {
    Topology topology;
    for (const Metro& metro : metros) {
        topology.sites.push_back({.name = std::string{metro.name},
                                  .latitude_microdegrees = metro.latitude_thousandths * 1000,
                                  .longitude_microdegrees = metro.longitude_thousandths * 1000,
                                  .population_thousands = metro.population_thousands});
    }
    for (std::size_t i = 0; i < metros.size(); ++i) {
        for (std::size_t j = i + 1; j < metros.size(); ++j) {
            const auto kilometres = distance_kilometres(topology.sites[i], topology.sites[j]);
            topology.links.push_back(
                {.from = static_cast<SiteIndex>(i),
                 .to = static_cast<SiteIndex>(j),
                 .latency = latency_at_distance(kilometres) *
                            detour_thousandths(metros[i].name, metros[j].name) / 1000,
                 .bandwidth_bits_per_second = backbone_bits_per_second});
        }
    }
    return topology;
}

}  // namespace

const Topology& builtin_metros() {
    static const Topology topology = linked_metros();
    return topology;
}

}  // namespace invitro::model
