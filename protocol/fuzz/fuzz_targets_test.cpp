// Every fuzz target of this folder, without a fuzzer: on its seeds, on prefixes and mutations of
// them, and on whatever has found something once (folder regressions/). With any compiler.
#include "protocol/fuzz/fuzz_target.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace invitro::protocol::fuzz {
namespace {

constexpr int mutations = 400;
const std::filesystem::path regressions = "protocol/fuzz/regressions";

class Numbers {
public:
    std::size_t below(std::size_t bound) {
        // SplitMix64 (Steele, Lea, Flood 2014).
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return (z ^ (z >> 31U)) % bound;
    }

private:
    std::uint64_t state_ = 1;
};

// A few bytes of one seed turned, and part of another put behind it.
Bytes mutated(Numbers& numbers, const std::vector<Bytes>& seeds) {
    Bytes bytes = seeds[numbers.below(seeds.size())];
    for (std::size_t i = numbers.below(8); i > 0 && !bytes.empty(); --i) {
        bytes[numbers.below(bytes.size())] = static_cast<std::uint8_t>(numbers.below(256));
    }
    if (numbers.below(3) == 0) bytes.resize(numbers.below(bytes.size() + 1));
    const Bytes& other = seeds[numbers.below(seeds.size())];
    if (numbers.below(2) == 0 && !other.empty()) {
        const auto begin = other.begin() + static_cast<std::ptrdiff_t>(numbers.below(other.size()));
        bytes.insert(bytes.end(), begin, other.end());
    }
    return bytes;
}

TEST(FuzzTargets, TakeTheirSeeds) {
    ASSERT_FALSE(targets().empty());
    for (const FuzzTarget& target : targets()) {
        const auto seeds = target.seeds();
        EXPECT_FALSE(seeds.empty()) << target.name;
        target.run({});
        for (const Bytes& seed : seeds) {
            target.run(seed);
        }
    }
}

TEST(FuzzTargets, TakeMutationsOfTheirSeeds) {
    for (const FuzzTarget& target : targets()) {
        Numbers numbers;
        const auto seeds = target.seeds();
        for (int i = 0; i < mutations; ++i) {
            target.run(mutated(numbers, seeds));
        }
    }
}

TEST(FuzzTargets, TakeWhatFoundSomethingOnce) {
    for (const FuzzTarget& target : targets()) {
        const auto folder = regressions / target.name;
        if (!std::filesystem::is_directory(folder)) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            SCOPED_TRACE(entry.path().string());
            std::ifstream file(entry.path(), std::ios::binary);
            const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
            target.run(bytes);
        }
    }
}

}  // namespace
}  // namespace invitro::protocol::fuzz
