#include "protocol/broker/byte_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace invitro::protocol {
namespace {

TEST(ByteStore, GivesBackWhatWasStored) {
    ByteStore store;
    const ByteRange empty = store.store({});
    const ByteRange text = store.store(bytes_of("ada@example.org"));
    const ByteRange longest = store.store(bytes_of(std::string(256, 'x')));
    EXPECT_TRUE(store.view(empty).empty());
    EXPECT_EQ(text_of(store.view(text)), "ada@example.org");
    EXPECT_EQ(text_of(store.view(longest)), std::string(256, 'x'));
}

TEST(ByteStore, OverwritesWhatIsReleasedAndUsesTheRoomAgain) {
    ByteStore store;
    const ByteRange first = store.store(bytes_of("a token of twenty-nine bytes."));
    store.store(bytes_of("another"));
    const std::size_t size = store.units.size();
    store.release(first);
    EXPECT_EQ(store.units[first.unit + 1], ByteStore::Unit{});
    const ByteRange second = store.store(bytes_of("a token of twenty-five b."));
    EXPECT_EQ(second.unit, first.unit);
    EXPECT_EQ(store.units.size(), size);
}

RC_GTEST_PROP(ByteStore, KeepsEveryStringApartFromTheOthers, ()) {
    ByteStore store;
    std::vector<std::pair<ByteRange, std::string>> model;
    const auto sizes =
        *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 70));
    for (const std::size_t size : sizes) {
        if (size % 3 == 0 && !model.empty()) {
            const std::size_t index = size % model.size();
            store.release(model[index].first);
            model.erase(model.begin() + static_cast<std::ptrdiff_t>(index));
        } else {
            const std::string text(size, static_cast<char>('a' + size % 26));
            model.emplace_back(store.store(bytes_of(text)), text);
        }
        for (const auto& [range, text] : model) {
            RC_ASSERT(text_of(store.view(range)) == text);
        }
    }
}

}  // namespace
}  // namespace invitro::protocol
