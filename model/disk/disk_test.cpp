#include "model/disk/disk.hpp"

#include "protocol/vocabulary/time.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using Bytes = std::vector<std::uint8_t>;

constexpr DiskProfile profile{.sync_latency = 1ms, .bytes_per_second = 1'000'000};

Bytes bytes_of(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
    return bytes;
}

enum class Segment : bool { same = false, begun = true };

Instant write(Disk& disk, Instant now, std::size_t size, Segment segment, Duration slower_by) {
    const Bytes bytes = bytes_of(size);
    return disk.write(
        now, {.bytes = bytes, .starts_segment = segment == Segment::begun}, slower_by);
}

Instant at(Duration since_start) {
    return Instant{since_start};
}

TEST(Disk, AWriteTakesASyncAndItsTransfer) {
    Disk disk(profile);
    EXPECT_EQ(write(disk, at(5ms), 100, Segment::begun, {}), at(6ms + 100us));
    EXPECT_EQ(write(disk, at(10ms), 100, Segment::same, 3ms), at(14ms + 100us));
}

TEST(Disk, WhatIsWrittenDuringASyncSharesTheNextOne) {
    Disk disk(profile);
    const Instant first = write(disk, at(0ms), 100, Segment::begun, {});
    const Instant second = write(disk, first - 1us, 100, Segment::same, {});
    const Instant third = write(disk, first - 1us, 50, Segment::same, {});
    EXPECT_EQ(second, first + 1ms + 100us);
    EXPECT_EQ(third, second + 50us);
    EXPECT_EQ(write(disk, first, 100, Segment::same, {}), third + 1ms + 100us);
}

TEST(Disk, ACrashKeepsWhatIsDurableAndTheFirstBytesOfTheRest) {
    std::set<std::size_t> kept;
    for (std::uint64_t draw = 0; draw < 200; ++draw) {
        Disk disk(profile);
        write(disk, at(0ms), 10, Segment::begun, {});
        disk.done();
        write(disk, at(5ms), 4, Segment::same, {});
        write(disk, at(5ms), 4, Segment::same, {});
        EXPECT_EQ(disk.in_flight(), 8U);
        const std::size_t lost = disk.crash(draw);
        EXPECT_EQ(lost, 8 - Disk::kept(draw, 8));
        ASSERT_EQ(disk.segments().size(), 1U);
        const auto left = disk.segments()[0];
        Bytes whole = bytes_of(10);
        for (int i = 0; i < 2; ++i) {
            const Bytes more = bytes_of(4);
            whole.insert(whole.end(), more.begin(), more.end());
        }
        ASSERT_EQ(left.size(), 18 - lost);
        EXPECT_TRUE(std::equal(left.begin(), left.end(), whole.begin()));
        EXPECT_EQ(disk.in_flight(), 0U);
        kept.insert(8 - lost);
    }
    EXPECT_EQ(kept.size(), 9U) << "every number of bytes is possible";
}

TEST(Disk, OldSegmentsGoOnceTheNewOneIsDurable) {
    Disk disk(profile);
    write(disk, at(0ms), 10, Segment::begun, {});
    disk.done();
    write(disk, at(5ms), 20, Segment::begun, {});
    EXPECT_EQ(disk.segments().size(), 2U);
    disk.done();
    ASSERT_EQ(disk.segments().size(), 1U);
    EXPECT_EQ(disk.segments()[0].size(), 20U);
}

TEST(Disk, AfterACrashItIsWrittenOnAsBefore) {
    Disk disk(profile);
    write(disk, at(0ms), 10, Segment::begun, {});
    disk.crash(0);
    EXPECT_EQ(write(disk, at(0ms), 30, Segment::begun, {}), at(1ms + 30us));
    disk.done();
    ASSERT_EQ(disk.segments().size(), 1U);
    EXPECT_EQ(disk.segments()[0].size(), 30U);
}

TEST(Disk, WhatIsOnItsWayLandsBehindTheHoleOfALostSuffix) {
    std::size_t holes = 0;
    for (std::uint64_t draw = 0; draw < 100; ++draw) {
        Disk disk(profile);
        write(disk, at(0ms), 100, Segment::begun, {});
        disk.done();
        write(disk, at(5ms), 50, Segment::same, {});
        if (disk.damage(draw) != Disk::Damage::lost_suffix) continue;
        ++holes;
        disk.done();
        EXPECT_EQ(disk.crash(draw), 0U) << "all of it was durable";
        const auto left = disk.segments()[0];
        const Bytes begun = bytes_of(100);
        const Bytes landed = bytes_of(50);
        ASSERT_EQ(left.size(), 150U);
        EXPECT_EQ(left[99], 0U);
        EXPECT_FALSE(std::equal(begun.begin(), begun.end(), left.begin()));
        EXPECT_TRUE(std::equal(landed.begin(), landed.end(), left.begin() + 100));
    }
    EXPECT_GT(holes, 20U);
}

TEST(Disk, DamageChangesOneBitOrTakesTheEnd) {
    std::size_t flipped = 0;
    std::size_t taken = 0;
    for (std::uint64_t draw = 0; draw < 100; ++draw) {
        Disk disk(profile);
        write(disk, at(0ms), 100, Segment::begun, {});
        EXPECT_EQ(disk.damage(draw), Disk::Damage::none) << "nothing is durable";
        disk.done();
        const Disk::Damage damage = disk.damage(draw);
        const auto left = disk.segments()[0];
        const Bytes whole = bytes_of(100);
        if (damage == Disk::Damage::flipped_bit) {
            ++flipped;
            ASSERT_EQ(left.size(), whole.size());
            const auto [ours, theirs] = std::mismatch(left.begin(), left.end(), whole.begin());
            ASSERT_NE(ours, left.end());
            EXPECT_EQ(__builtin_popcount(*ours ^ *theirs), 1);
            EXPECT_TRUE(std::equal(ours + 1, left.end(), theirs + 1));
        } else {
            ++taken;
            EXPECT_LT(left.size(), whole.size());
            EXPECT_TRUE(std::equal(left.begin(), left.end(), whole.begin()));
        }
    }
    EXPECT_GT(flipped, 20U);
    EXPECT_GT(taken, 20U);
}

TEST(Disk, OneThatKeepsNoBytesIsAsFast) {
    Disk disk({.sync_latency = 1ms, .bytes_per_second = 1'000'000, .keeps_bytes = false});
    EXPECT_EQ(write(disk, at(0ms), 100, Segment::begun, {}), at(1ms + 100us));
    disk.done();
    EXPECT_EQ(disk.segments()[0].size(), 0U);
}

}  // namespace
}  // namespace invitro::model
