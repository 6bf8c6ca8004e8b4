// Messages on a byte stream: each stands behind its size in two octets, most significant first.
//
// What is framed is what a datagram would hold, sealed or not, and at most as long. A size of zero
// or above that is no frame of ours: the stream is broken from there on and its owner closes it.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace invitro::protocol {

inline constexpr std::size_t frame_head_size = 2;
inline constexpr std::size_t frame_size_max = frame_head_size + datagram_size_max;

// Writes the message as a frame and says how long that is. Preconditions: it is not empty and no
// longer than a datagram; `to` has room for it and the head.
std::size_t write_frame(ByteView message, std::span<std::uint8_t> to);

// Puts messages together again, however the stream cuts them.
struct FrameReader {
    std::vector<std::uint8_t> partial;  // the beginning of a frame
    bool is_broken = false;

    bool operator==(const FrameReader&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("partial", &FrameReader::partial),
                          field("is_broken", &FrameReader::is_broken)};
    }

    // Takes the next bytes of the stream; `use(ByteView)` gets each message that is whole.
    template <class Use>
    void receive(ByteView bytes, Use&& use) {
        while (!is_broken && !bytes.empty()) {
            bytes = bytes.subspan(take(bytes));
            if (is_broken || !is_whole()) continue;
            const std::vector<std::uint8_t> frame = std::move(partial);
            partial.clear();
            use(ByteView{frame}.subspan(frame_head_size));
        }
    }

private:
    // Adds what belongs to this frame and says how much that was.
    std::size_t take(ByteView bytes);
    [[nodiscard]] std::size_t size_wanted() const;

    [[nodiscard]] bool is_whole() const { return partial.size() == size_wanted(); }
};

}  // namespace invitro::protocol
