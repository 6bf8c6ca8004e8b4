#include "model/network/access.hpp"

#include <array>
#include <chrono>

namespace invitro::model {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint64_t megabit = 1'000'000;

// A fixed part plus a lognormal one with a heavy tail.
QuantileTable base_and_jitter(Duration base, Duration jitter, std::int64_t sigma_thousandths) {
    return shifted(lognormal(jitter, sigma_thousandths), base);
}

// A host in a data centre, or a server: half a millisecond there and back, and no loss of its own.
AccessProfile datacentre() {
    return {.delay = base_and_jitter(microseconds{150}, microseconds{100}, 500),
            .up_bits_per_second = 10'000 * megabit,
            .down_bits_per_second = 10'000 * megabit,
            .loss_in_good = probability(0),
            .loss_in_bad = probability(0),
            .bad_share = probability(0),
            .slot = milliseconds{100}};
}

// Round trips to a server near by: fibre about 10 ms, cable about 18 ms, DSL about 30 ms, loss 0.1
// % and less (FCC, Measuring Broadband America, reports of 2018 to 2023).
AccessProfile fibre() {
    return {.delay = base_and_jitter(microseconds{3'500}, microseconds{1'000}, 900),
            .up_bits_per_second = 100 * megabit,
            .down_bits_per_second = 300 * megabit,
            .loss_in_good = probability(0.0001),
            .loss_in_bad = probability(0.10),
            .bad_share = probability(0.001),
            .slot = milliseconds{100}};
}

AccessProfile cable() {
    return {.delay = base_and_jitter(milliseconds{6}, microseconds{2'000}, 950),
            .up_bits_per_second = 20 * megabit,
            .down_bits_per_second = 200 * megabit,
            .loss_in_good = probability(0.0002),
            .loss_in_bad = probability(0.15),
            .bad_share = probability(0.002),
            .slot = milliseconds{100}};
}

AccessProfile dsl() {
    return {.delay = base_and_jitter(milliseconds{12}, microseconds{2'000}, 950),
            .up_bits_per_second = 5 * megabit,
            .down_bits_per_second = 40 * megabit,
            .loss_in_good = probability(0.0003),
            .loss_in_bad = probability(0.20),
            .bad_share = probability(0.003),
            .slot = milliseconds{100}};
}

// A home's WiFi on a fixed line: contention and retransmission on the air make the tail long, and
// interference makes loss come in bursts; about 1 % on average (figure from the literature).
AccessProfile wifi() {
    return {.delay = base_and_jitter(milliseconds{7}, microseconds{4'000}, 1'200),
            .up_bits_per_second = 20 * megabit,
            .down_bits_per_second = 80 * megabit,
            .loss_in_good = probability(0.0025),
            .loss_in_bad = probability(0.25),
            .bad_share = probability(0.03),
            .slot = milliseconds{200}};
}

// Round trips of about 200 ms on HSPA (figure from the literature).
AccessProfile cellular_3g() {
    return {.delay = base_and_jitter(milliseconds{55}, milliseconds{28}, 1'000),
            .up_bits_per_second = 1 * megabit,
            .down_bits_per_second = 5 * megabit,
            .loss_in_good = probability(0.0055),
            .loss_in_bad = probability(0.30),
            .bad_share = probability(0.05),
            .slot = milliseconds{400}};
}

// Measured 4G operators: mean round trip 83 to 113 ms, standard deviation 39 to 82 ms. Both ways
// together these give 95 ms and 58 ms. Loss about 2 %, in bursts (figure from the literature).
AccessProfile cellular_4g() {
    return {.delay = base_and_jitter(milliseconds{22}, microseconds{13'200}, 1'130),
            .up_bits_per_second = 10 * megabit,
            .down_bits_per_second = 40 * megabit,
            .loss_in_good = probability(0.0055),
            .loss_in_bad = probability(0.30),
            .bad_share = probability(0.05),
            .slot = milliseconds{300}};
}

// A non-stand-alone 5G network: round trips of about 40 ms (figure from the literature).
AccessProfile cellular_5g() {
    return {.delay = base_and_jitter(milliseconds{10}, milliseconds{6}, 1'050),
            .up_bits_per_second = 30 * megabit,
            .down_bits_per_second = 150 * megabit,
            .loss_in_good = probability(0.0055),
            .loss_in_bad = probability(0.30),
            .bad_share = probability(0.05),
            .slot = milliseconds{200}};
}

// Geostationary: 35,786 km up and as many down are 240 ms at the speed of light, one way; round
// trips of about 600 ms are measured (FCC, Measuring Broadband America).
AccessProfile satellite() {
    return {.delay = base_and_jitter(milliseconds{275}, milliseconds{20}, 800),
            .up_bits_per_second = 3 * megabit,
            .down_bits_per_second = 25 * megabit,
            .loss_in_good = probability(0.002),
            .loss_in_bad = probability(0.30),
            .bad_share = probability(0.01),
            .slot = milliseconds{500}};
}

std::array<AccessProfile, access_kind_count> all_profiles() {
    return {datacentre(),
            fibre(),
            cable(),
            dsl(),
            wifi(),
            cellular_3g(),
            cellular_4g(),
            cellular_5g(),
            satellite()};
}

// What a draw is for. Part of the key: never renumber.
enum class Purpose : std::uint8_t { datagram = 1, slot = 2, renewal = 3 };

// So many slots back one has been drawn anew, or is taken to have been.
constexpr int renewal_distance_max = 10'000;

// The slot whose draw decides the state in this one: the last that was drawn anew.
std::int64_t deciding_slot(const AccessProfile& profile,
                           const CrossingKey& key,
                           std::int64_t slot) {
    if (profile.renewal == Probability{probability_one}) return slot;
    for (int back = 0; back < renewal_distance_max; ++back) {
        const std::int64_t one = slot - back;
        const std::uint64_t drawn =
            draw(key.seed, Subsystem::access, Purpose::renewal, key.network, one);
        if (happens(profile.renewal, drawn)) return one;
    }
    return slot - renewal_distance_max;
}

// The Gilbert-Elliott chain, taken slot by slot. Both directions share it, as they share the air or
// the line.
Probability loss_at(const AccessProfile& profile, const CrossingKey& key, Instant now) {
    if (profile.bad_share == Probability{}) return profile.loss_in_good;
    const std::int64_t slot =
        deciding_slot(profile, key, protocol::nanoseconds(now) / profile.slot.count());
    const std::uint64_t drawn = draw(key.seed, Subsystem::access, Purpose::slot, key.network, slot);
    return happens(profile.bad_share, drawn) ? profile.loss_in_bad : profile.loss_in_good;
}

Duration serialisation(std::uint64_t bits_per_second, std::size_t size_bytes) {
    if (bits_per_second == 0) return Duration::zero();
    return Duration{static_cast<std::int64_t>(size_bytes * 8 * 1'000'000'000 / bits_per_second)};
}

}  // namespace

std::string_view to_string(AccessKind kind) {
    switch (kind) {
        case AccessKind::datacentre:
            return "datacentre";
        case AccessKind::fibre:
            return "fibre";
        case AccessKind::cable:
            return "cable";
        case AccessKind::dsl:
            return "dsl";
        case AccessKind::wifi:
            return "wifi";
        case AccessKind::cellular_3g:
            return "3g";
        case AccessKind::cellular_4g:
            return "4g";
        case AccessKind::cellular_5g:
            return "5g";
        case AccessKind::satellite:
            return "satellite";
    }
    return "unknown";
}

std::optional<AccessKind> parse_access_kind(std::string_view text) {
    for (std::size_t i = 0; i < access_kind_count; ++i) {
        const auto kind = static_cast<AccessKind>(i);
        if (to_string(kind) == text) return kind;
    }
    return std::nullopt;
}

const AccessProfile& access_profile(AccessKind kind) {
    static const std::array<AccessProfile, access_kind_count> profiles = all_profiles();
    return profiles[static_cast<std::size_t>(kind)];
}

Crossing cross(const AccessProfile& profile,
               const CrossingKey& key,
               Instant now,
               std::size_t size_bytes) {
    // One draw serves both questions: the upper half names the delay, the lower half the loss.
    const std::uint64_t drawn = draw(
        key.seed, Subsystem::access, Purpose::datagram, key.network, key.datagram, key.direction);
    const std::uint64_t rate =
        key.direction == Direction::up ? profile.up_bits_per_second : profile.down_bits_per_second;
    return {.lost = happens(loss_at(profile, key, now), drawn << 32),
            .delay = profile.delay.sample(drawn) + serialisation(rate, size_bytes)};
}

}  // namespace invitro::model
