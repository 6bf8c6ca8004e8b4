#include "protocol/stream/framing.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::protocol {

std::size_t write_frame(ByteView message, std::span<std::uint8_t> to) {
    CHECK(!message.empty() && message.size() <= datagram_size_max,
          "a message fits into a datagram");
    CHECK(to.size() >= frame_head_size + message.size(), "there is room for the frame");
    to[0] = static_cast<std::uint8_t>(message.size() >> 8U);
    to[1] = static_cast<std::uint8_t>(message.size() & 0xFFU);
    std::copy(message.begin(), message.end(), to.begin() + frame_head_size);
    return frame_head_size + message.size();
}

std::size_t FrameReader::take(ByteView bytes) {
    const std::size_t missing = size_wanted() - partial.size();
    const std::size_t taken = std::min(missing, bytes.size());
    partial.insert(partial.end(), bytes.begin(), bytes.begin() + static_cast<long>(taken));
    if (partial.size() == frame_head_size) {
        const std::size_t size = size_wanted() - frame_head_size;
        is_broken = size == 0 || size > datagram_size_max;
        if (is_broken) partial = {};
    }
    return taken;
}

// The head first, then what it says.
std::size_t FrameReader::size_wanted() const {
    if (partial.size() < frame_head_size) return frame_head_size;
    return frame_head_size + ((std::size_t{partial[0]} << 8U) | partial[1]);
}

}  // namespace invitro::protocol
