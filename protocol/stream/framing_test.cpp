#include "protocol/stream/framing.hpp"

#include "protocol/vocabulary/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace invitro::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bytes = std::vector<std::uint8_t>;

Bytes framed(const std::vector<Bytes>& messages) {
    Bytes stream;
    for (const Bytes& message : messages) {
        Bytes frame(frame_size_max);
        frame.resize(write_frame(message, frame));
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    return stream;
}

std::vector<Bytes> read(FrameReader& reader, ByteView bytes) {
    std::vector<Bytes> messages;
    reader.receive(
        bytes, [&](ByteView message) { messages.emplace_back(message.begin(), message.end()); });
    return messages;
}

TEST(Framing, SeveralMessagesInOnePieceComeApartAgain) {
    FrameReader reader;
    EXPECT_THAT(read(reader, framed({{1}, {2, 3}, {4, 5, 6}})),
                ElementsAre(Bytes{1}, Bytes{2, 3}, Bytes{4, 5, 6}));
    EXPECT_EQ(reader, FrameReader{});
}

RC_GTEST_PROP(Framing, HoweverAStreamIsCutItSaysTheSame, ()) {
    const auto sizes = *rc::gen::container<std::vector<std::uint16_t>>(
        rc::gen::inRange<std::uint16_t>(1, datagram_size_max + 1));
    std::vector<Bytes> messages;
    messages.reserve(sizes.size());
    for (const std::uint16_t size : sizes) {
        messages.emplace_back(size, static_cast<std::uint8_t>(messages.size()));
    }
    const Bytes stream = framed(messages);
    FrameReader reader;
    std::vector<Bytes> seen;
    for (std::size_t at = 0; at < stream.size();) {
        const auto piece = *rc::gen::inRange<std::size_t>(1, 700);
        const std::size_t size = std::min(piece, stream.size() - at);
        for (Bytes& message : read(reader, ByteView{stream}.subspan(at, size))) {
            seen.push_back(std::move(message));
        }
        at += size;
    }
    RC_ASSERT(seen == messages);
}

TEST(Framing, TheLongestMessagePassesAndALongerOneBreaksTheStream) {
    FrameReader reader;
    EXPECT_EQ(read(reader, framed({Bytes(datagram_size_max, 7)})).size(), 1U);
    const Bytes too_long{datagram_size_max >> 8U, (datagram_size_max & 0xFFU) + 1, 1, 2, 3};
    EXPECT_THAT(read(reader, too_long), IsEmpty());
    EXPECT_TRUE(reader.is_broken);
    EXPECT_THAT(read(reader, framed({{1}})), IsEmpty()) << "nothing after it is believed";
}

TEST(Framing, ASizeOfZeroBreaksTheStream) {
    FrameReader reader;
    EXPECT_THAT(read(reader, Bytes{0, 0, 1}), IsEmpty());
    EXPECT_TRUE(reader.is_broken);
}

TEST(Framing, AHalfReadFrameIsPartOfTheState) {
    FrameReader reader;
    read(reader, Bytes{0, 3, 1, 2});
    Bytes bytes;
    serialise(reader, bytes);
    const auto again = deserialise<FrameReader>(bytes);
    ASSERT_TRUE(again.has_value());
    FrameReader restored = *again;
    EXPECT_THAT(read(restored, Bytes{3}), ElementsAre(Bytes{1, 2, 3}));
}

}  // namespace
}  // namespace invitro::protocol
