#include "model/quantiles.hpp"

#include "model/rounding.hpp"
#include "protocol/vocabulary/check.hpp"

namespace invitro::model {
namespace {

using protocol::Duration;

constexpr std::size_t size = QuantileTable::size;

// The standard normal distribution's quantiles at the table's points, in millionths. The ends lie
// at infinity; in their place stand the quantiles at 0.0005 and 0.9999.
constexpr std::array<std::int32_t, size> normal_quantiles{
    -3290527, -1862732, -1534121, -1318011, -1150349, -1009990, -887147, -776422, -674490, -579132,
    -488776,  -402250,  -318639,  -237202,  -157311,  -78412,   0,       78412,   157311,  237202,
    318639,   402250,   488776,   579132,   674490,   776422,   887147,  1009990, 1150349, 1318011,
    1534121,  1862732,  2053749,  2326348,  2575829,  3090232,  3719016};

// Quantiles -ln(1 - q) of the exponential distribution with mean 1, in millionths. The last one
// lies at infinity; what stands in its place gives the last thousandth its true mean, 7.908.
constexpr std::array<std::int32_t, size> exponential_quantiles{
    0,       31749,   64539,   98440,   133531,  169899,  207639,  246860,  287682,  330242,
    374693,  421213,  470004,  521297,  575364,  632523,  693147,  757686,  826679,  900787,
    980829,  1067841, 1163151, 1268511, 1386294, 1519826, 1673976, 1856298, 2079442, 2367124,
    2772589, 3465736, 3912023, 4605170, 5298317, 6907755, 8907755};

// A position among 2^32 where two neighbouring quantiles of the table lie.
struct Segment {
    std::size_t index = 0;
    std::uint64_t begin = 0;
    std::uint64_t width = 0;
};

constexpr std::uint64_t step = std::uint64_t{1} << 27;  // 1/32 of 2^32

// 31/32, 0.98, 0.99, 0.995, 0.999 and 1, in parts of 2^32.
constexpr std::array<std::uint64_t, 6> tail_bounds{
    4160749568, 4209067950, 4252017623, 4273492460, 4290672329, 4294967296};

Segment segment_of(std::uint64_t position) {
    if (position < tail_bounds[0]) {
        return {.index = position / step, .begin = position / step * step, .width = step};
    }
    std::size_t i = 0;
    while (position >= tail_bounds[i + 1]) {
        ++i;
    }
    return {.index = 31 + i, .begin = tail_bounds[i], .width = tail_bounds[i + 1] - tail_bounds[i]};
}

// floor(height * part / whole) without overflow. Precondition: part <= whole <= 2^32.
constexpr std::uint64_t proportion(std::uint64_t height, std::uint64_t part, std::uint64_t whole) {
    return height / whole * part + height % whole * part / whole;
}

// e^x by +, -, * and / only, so that it is the same to the last bit on every machine: the argument
// is halved until a short Taylor polynomial is exact to double precision, the result squared back.
double exponential_function(double x) {
    int halvings = 0;
    while (x > 0.125 || x < -0.125) {
        x /= 2;
        ++halvings;
    }
    double sum = 1;
    for (int n = 12; n > 0; --n) {
        sum = 1 + x * sum / n;
    }
    for (; halvings > 0; --halvings) {
        sum *= sum;
    }
    return sum;
}

std::int64_t rounded_nanoseconds(double value) {
    // The largest double below 2^63 - 1; a longer time is no time at all.
    constexpr double largest = 9223372036854774784.0;
    return rounded(value < largest ? value : largest);
}

}  // namespace

Duration QuantileTable::sample(std::uint64_t draw) const {
    const std::uint64_t position = draw >> 32;
    const Segment segment = segment_of(position);
    const std::int64_t low = nanoseconds[segment.index];
    const auto height = static_cast<std::uint64_t>(nanoseconds[segment.index + 1] - low);
    const std::uint64_t above = proportion(height, position - segment.begin, segment.width);
    return Duration{low + static_cast<std::int64_t>(above)};
}

Duration QuantileTable::median() const {
    return Duration{nanoseconds[16]};
}

QuantileTable constant(Duration value) {
    QuantileTable table;
    table.nanoseconds.fill(value.count());
    return table;
}

QuantileTable uniform(Duration low, Duration high) {
    CHECK(low <= high, "a distribution's quantiles do not fall");
    const auto height = static_cast<std::uint64_t>((high - low).count());
    QuantileTable table;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t position = i < 32 ? i * step : tail_bounds[i - 31];
        table.nanoseconds[i] =
            low.count() + static_cast<std::int64_t>(proportion(height, position, 32 * step));
    }
    return table;
}

QuantileTable lognormal(Duration median, std::int64_t sigma_thousandths) {
    CHECK(median >= Duration::zero() && sigma_thousandths >= 0, "a lognormal time is positive");
    const auto scale = static_cast<double>(median.count());
    QuantileTable table;
    for (std::size_t i = 0; i < size; ++i) {
        const std::int64_t exponent = normal_quantiles[i] * sigma_thousandths;
        table.nanoseconds[i] = rounded_nanoseconds(
            scale * exponential_function(static_cast<double>(exponent) / 1'000'000'000.0));
    }
    return table;
}

QuantileTable exponential(Duration mean) {
    CHECK(mean >= Duration::zero(), "an exponential time is positive");
    const auto scale = static_cast<double>(mean.count());
    QuantileTable table;
    for (std::size_t i = 0; i < size; ++i) {
        table.nanoseconds[i] = rounded_nanoseconds(
            scale * static_cast<double>(exponential_quantiles[i]) / 1'000'000.0);
    }
    return table;
}

QuantileTable shifted(const QuantileTable& table, Duration by) {
    QuantileTable result = table;
    for (std::int64_t& value : result.nanoseconds) {
        value += by.count();
    }
    return result;
}

}  // namespace invitro::model
