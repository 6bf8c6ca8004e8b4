// What field lists cannot tell of a message: who says it to whom, what for, and what answers it.
//
// Prose for docs/MESSAGES.md, family by family. That each message has its note, and only one, is
// asserted where they are compiled.
#pragma once

#include "protocol/wire/message_types.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace invitro::protocol {

struct MessageNote {
    static constexpr std::size_t answers_max = 3;

    MessageType type{};
    std::string_view way;      // from whom to whom
    std::string_view purpose;  // one sentence
    // What is said in answer, as far as anything is; the rest stay MessageType{}, no message's.
    std::array<MessageType, answers_max> answers{};
};

struct MessageFamily {
    std::string_view title;
    std::string_view chapter;  // of docs/PROTOCOL.md, as its heading
    std::string_view header;   // the file with the types
    std::span<const MessageNote> notes;
};

std::span<const MessageFamily> message_families();

}  // namespace invitro::protocol
