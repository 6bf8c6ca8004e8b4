#include "protocol/broker/hash_index.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace invitro::protocol {
namespace {

TEST(HashIndex, HashesDifferByKeyAndByText) {
    const IndexKey one{.first = 1, .second = 2};
    const IndexKey other{.first = 1, .second = 3};
    EXPECT_NE(index_hash(one, bytes_of("ada@example.org")),
              index_hash(one, bytes_of("eda@example.org")));
    EXPECT_NE(index_hash(one, bytes_of("ada@example.org")),
              index_hash(other, bytes_of("ada@example.org")));
    EXPECT_NE(index_hash(one, bytes_of("")), index_hash(one, bytes_of(std::string(8, '\0'))));
    EXPECT_NE(index_hash(one, 1, 2), index_hash(one, 2, 1));
}

TEST(HashIndex, AnEmptiedIndexEqualsANewOne) {
    HashIndex index;
    for (std::uint32_t i = 0; i < 100; ++i) {
        index.insert(index_hash({}, 0, i), i);
    }
    for (std::uint32_t i = 0; i < 100; ++i) {
        index.erase(index_hash({}, 0, i), i);
    }
    EXPECT_EQ(index, HashIndex{});
}

// A quarter of the hashes each, so that runs of occupied slots are long and wrap around.
std::uint64_t crowded_hash(std::uint32_t record) {
    return std::uint64_t{record % 4 + 5} << 32;
}

RC_GTEST_PROP(HashIndex, FindsExactlyWhatIsIn, ()) {
    HashIndex index;
    std::vector<bool> model(64);
    const auto records = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 32U));
    for (const std::uint32_t record : records) {
        const std::uint32_t renamed = record + 32;
        if (model[record]) {
            index.rename(crowded_hash(record), record, renamed);
            model[record] = false;
            model[renamed] = true;
        } else if (model[renamed]) {
            index.erase(crowded_hash(record), renamed);
            model[renamed] = false;
        } else {
            index.insert(crowded_hash(record), record);
            model[record] = true;
        }
        for (std::uint32_t i = 0; i < 64; ++i) {
            const auto found =
                index.find(crowded_hash(i), [&](std::uint32_t position) { return position == i; });
            RC_ASSERT(found == (model[i] ? i : no_position));
        }
    }
}

}  // namespace
}  // namespace invitro::protocol
