// A histogram of whole numbers with three significant digits, in the manner of HdrHistogram.
//
// Values below 2048 have a bucket each; above, every power of two is cut into 1024 buckets, so a
// bucket is at most 0.1 % wide. Smallest, largest, count and sum are exact. Everything is an
// integer and merging is a sum, so it is associative and commutative: however the values were split
// among worlds, workers or machines, the merged histogram is the same to the byte.
#pragma once

#include "properties/byte_stream.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace invitro::reports {

// A share in millionths, so that 99.9 % is exact: 999'000.
enum class Millionths : std::uint32_t {};

struct Bucket {
    std::uint32_t index = 0;
    std::uint64_t count = 0;

    bool operator==(const Bucket&) const = default;
};

class Histogram {
public:
    void record(std::uint64_t value);
    void merge(const Histogram& other);

    [[nodiscard]] bool empty() const { return count_ == 0; }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    [[nodiscard]] std::uint64_t sum() const { return sum_; }

    // Zero where nothing was recorded.
    [[nodiscard]] std::uint64_t smallest() const { return empty() ? 0 : smallest_; }

    [[nodiscard]] std::uint64_t largest() const { return largest_; }

    [[nodiscard]] double mean() const;

    // The value of which at least this share of all values is at most as large (nearest rank), as
    // the middle of its bucket. Zero where nothing was recorded.
    [[nodiscard]] std::uint64_t value_at(Millionths share) const;

    // In order of value, without the empty ones.
    [[nodiscard]] std::vector<Bucket> buckets() const;

    bool operator==(const Histogram&) const = default;

    // Equal histograms give equal bytes.
    void write(properties::ByteWriter& writer) const;
    static Histogram read(properties::ByteReader& reader);

    // From what a result file holds: the buckets and the exact figures beside them.
    static Histogram from_parts(const std::vector<Bucket>& buckets,
                                std::uint64_t smallest,
                                std::uint64_t largest,
                                std::uint64_t sum);

    static std::uint32_t bucket_of(std::uint64_t value);
    // The middle of a bucket; exact below 2048.
    static std::uint64_t middle_of(std::uint32_t bucket);

private:
    protocol::DenseMap<std::uint32_t, std::uint64_t> counts_;  // by bucket
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t smallest_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t largest_ = 0;
};

}  // namespace invitro::reports
