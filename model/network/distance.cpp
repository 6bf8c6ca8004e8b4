// Geography: how far apart two sites are, and what that means for latency.
#include "model/network/topology.hpp"
#include "model/rounding.hpp"

#include <array>
#include <cmath>

namespace invitro::model {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double earth_radius_kilometres = 6371.0088;  // mean radius (IUGG)

double radians(std::int32_t microdegrees) {
    return microdegrees * pi / 180'000'000.0;
}

// Taylor polynomials by +, -, * and / only: libm's last bit differs between machines. For arguments
// up to pi they are exact to 14 digits, far more than a kilometre needs.
double sine(double x) {
    double sum = 1;
    for (int n = 34; n > 0; n -= 2) {
        sum = 1 - sum * x * x / (n * (n + 1));
    }
    return x * sum;
}

double cosine(double x) {
    double sum = 1;
    for (int n = 33; n > 0; n -= 2) {
        sum = 1 - sum * x * x / (n * (n + 1));
    }
    return sum;
}

// Precondition: 0 <= x <= 1/2, where 30 terms of the series are exact to double precision.
double arc_sine_of_small(double x) {
    double sum = 0;
    double coefficient = 1;  // (2n)! / (4^n (n!)^2)
    double power = x;
    for (int n = 0; n < 30; ++n) {
        sum += coefficient * power / (2 * n + 1);
        coefficient = coefficient * (2 * n + 1) / (2 * n + 2);
        power *= x * x;
    }
    return sum;
}

// Precondition: 0 <= x <= 1.
double arc_sine(double x) {
    return x <= 0.5 ? arc_sine_of_small(x) : pi / 2 - 2 * arc_sine_of_small(std::sqrt((1 - x) / 2));
}

struct UnitVector {
    double x = 0;
    double y = 0;
    double z = 0;
};

UnitVector unit_vector(const Site& site) {
    const double latitude = radians(site.latitude_microdegrees);
    const double longitude = radians(site.longitude_microdegrees);
    return {.x = cosine(latitude) * cosine(longitude),
            .y = cosine(latitude) * sine(longitude),
            .z = sine(latitude)};
}

// A point of the published table.
struct Measurement {
    std::int64_t kilometres;
    std::int64_t round_trip_microseconds;
};

// Median round-trip time by great-circle distance, measured between data-centre hosts in 241 cities
// in 2018 (57,327 pairs), at the middle of each class of distance. The first point is the 5th
// percentile of the first class, for hosts next door; the last continues the last slope to the far
// side of the Earth.
constexpr std::array<Measurement, 11> measured{{
    {0, 1'000},
    {50, 6'000},
    {300, 15'000},
    {750, 27'000},
    {1'500, 44'000},
    {3'000, 71'000},
    {5'500, 114'000},
    {8'500, 162'000},
    {12'000, 230'000},
    {17'000, 284'000},
    {22'000, 338'000},
}};

}  // namespace

std::uint32_t distance_kilometres(const Site& a, const Site& b) {
    const UnitVector u = unit_vector(a);
    const UnitVector v = unit_vector(b);
    const double x = u.x - v.x;
    const double y = u.y - v.y;
    const double z = u.z - v.z;
    // Half the chord; rounding may carry it past 1 for two opposite points.
    const double half = std::sqrt(x * x + y * y + z * z) / 2;
    const double angle = 2 * arc_sine(half < 1 ? half : 1);
    return static_cast<std::uint32_t>(rounded(angle * earth_radius_kilometres));
}

Duration latency_at_distance(std::uint32_t kilometres) {
    std::size_t i = 1;
    while (i + 1 < measured.size() && measured[i].kilometres < kilometres) {
        ++i;
    }
    const Measurement& low = measured[i - 1];
    const Measurement& high = measured[i];
    const std::int64_t rise = high.round_trip_microseconds - low.round_trip_microseconds;
    const std::int64_t beyond = std::int64_t{kilometres} - low.kilometres;
    const std::int64_t round_trip_nanoseconds =
        low.round_trip_microseconds * 1000 +
        rise * 1000 * beyond / (high.kilometres - low.kilometres);
    return Duration{round_trip_nanoseconds / 2};
}

}  // namespace invitro::model
