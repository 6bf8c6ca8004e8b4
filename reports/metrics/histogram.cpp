#include "reports/metrics/histogram.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <bit>

namespace invitro::reports {
namespace {

// 1024 buckets per power of two: bucket = shift * 1024 + (value >> shift), where the shift leaves
// eleven significant bits.
constexpr unsigned significant_bits = 11;
constexpr std::uint32_t buckets_per_octave = 1U << (significant_bits - 1);
constexpr std::uint64_t million = 1'000'000;

// The place, from 1, of the value that the share asks for; at most `count`.
std::uint64_t rank_of(Millionths share, std::uint64_t count) {
    const std::uint64_t parts = static_cast<std::uint64_t>(share);
    CHECK(parts <= million, "a share is at most one");
    const std::uint64_t whole = count / million * parts;
    const std::uint64_t rest = (count % million * parts + million - 1) / million;
    return std::max<std::uint64_t>(1, whole + rest);
}

}  // namespace

std::uint32_t Histogram::bucket_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > significant_bits ? width - significant_bits : 0;
    return shift * buckets_per_octave + static_cast<std::uint32_t>(value >> shift);
}

std::uint64_t Histogram::middle_of(std::uint32_t bucket) {
    if (bucket < 2 * buckets_per_octave) return bucket;
    const std::uint32_t shift = bucket / buckets_per_octave - 1;
    const std::uint64_t lowest =
        static_cast<std::uint64_t>(bucket % buckets_per_octave + buckets_per_octave) << shift;
    return lowest + (std::uint64_t{1} << shift) / 2;
}

void Histogram::record(std::uint64_t value) {
    ++counts_[bucket_of(value)];
    ++count_;
    sum_ += value;
    smallest_ = std::min(smallest_, value);
    largest_ = std::max(largest_, value);
}

void Histogram::merge(const Histogram& other) {
    for (const auto& [bucket, count] : other.counts_) {
        counts_[bucket] += count;
    }
    count_ += other.count_;
    sum_ += other.sum_;
    smallest_ = std::min(smallest_, other.smallest_);
    largest_ = std::max(largest_, other.largest_);
}

double Histogram::mean() const {
    return empty() ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t Histogram::value_at(Millionths share) const {
    if (empty()) return 0;
    const std::uint64_t rank = rank_of(share, count_);
    // The first and the last are known exactly.
    if (rank == 1) return smallest_;
    if (rank == count_) return largest_;
    std::uint64_t seen = 0;
    for (const Bucket& bucket : buckets()) {
        seen += bucket.count;
        if (seen >= rank) return std::clamp(middle_of(bucket.index), smallest_, largest_);
    }
    return largest_;
}

std::vector<Bucket> Histogram::buckets() const {
    std::vector<Bucket> result;
    result.reserve(counts_.size());
    for (const auto& [bucket, count] : counts_) {
        result.push_back({.index = bucket, .count = count});
    }
    std::sort(result.begin(), result.end(), [](const Bucket& a, const Bucket& b) {
        return a.index < b.index;
    });
    return result;
}

void Histogram::write(properties::ByteWriter& writer) const {
    writer.number(counts_.size());
    std::uint32_t previous = 0;
    for (const Bucket& bucket : buckets()) {
        writer.number(bucket.index - previous);
        writer.number(bucket.count);
        previous = bucket.index;
    }
    writer.number(smallest());
    writer.number(largest_);
    writer.number(sum_);
}

Histogram Histogram::read(properties::ByteReader& reader) {
    std::vector<Bucket> buckets;
    std::uint32_t index = 0;
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        index += static_cast<std::uint32_t>(reader.number());
        buckets.push_back({.index = index, .count = reader.number()});
    }
    const std::uint64_t smallest = reader.number();
    const std::uint64_t largest = reader.number();
    return from_parts(buckets, smallest, largest, reader.number());
}

Histogram Histogram::from_parts(const std::vector<Bucket>& buckets,
                                std::uint64_t smallest,
                                std::uint64_t largest,
                                std::uint64_t sum) {
    Histogram histogram;
    for (const Bucket& bucket : buckets) {
        histogram.counts_[bucket.index] += bucket.count;
        histogram.count_ += bucket.count;
    }
    if (histogram.empty()) return histogram;
    histogram.smallest_ = smallest;
    histogram.largest_ = largest;
    histogram.sum_ = sum;
    return histogram;
}

}  // namespace invitro::reports
