// The reference page of the messages, and what it is made from.
#include "protocol/wire/message_page.hpp"

#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"
#include "protocol/wire/message_notes.hpp"
#include "protocol/wire/message_shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace invitro::protocol {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string page_on_disk() {
    std::ifstream stream("docs/MESSAGES.md", std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

const MessageShape& shape(const std::vector<MessageShape>& shapes, MessageType type) {
    return *std::find_if(
        shapes.begin(), shapes.end(), [&](const auto& one) { return one.type == type; });
}

TEST(MessagePage, ThePageIsCurrent) {
    EXPECT_EQ(page_on_disk(), message_page())
        << "write it anew: invitro messages > docs/MESSAGES.md";
}

TEST(MessagePage, ShowsAMessageWithFieldsSizesAndOctets) {
    EXPECT_THAT(message_page(), HasSubstr(R"(
### UpdateAck

26: broker -> initiator. That generation, or a newer one, is known. Answers InviteUpdate.

| key | field | type | at most |
| --- | --- | --- | --- |
| 0 | call | bytes of 16 | 17 |
| 1 | generation | uint of 32 bits | 5 |

Octets: 25 as below, at most 29, room 1200.

```
[1, 26, {
    0: h'0123456789abcdeffedcba9876543210',
    1: 2
}]
```
)"));
}

TEST(MessagePage, EveryLinkWithinItLeadsToAHeading) {
    const std::string page = message_page();
    std::set<std::string> headings;
    const std::regex heading("\n#+ ([^\n]+)");
    for (std::sregex_iterator at(page.begin(), page.end(), heading), end; at != end; ++at) {
        std::string anchor = (*at)[1];
        std::transform(anchor.begin(), anchor.end(), anchor.begin(), [](unsigned char c) {
            return c == ' ' ? '-' : static_cast<char>(std::tolower(c));
        });
        headings.insert(anchor);
    }
    const std::regex link("\\]\\(#([^)]+)\\)");
    std::size_t links = 0;
    for (std::sregex_iterator at(page.begin(), page.end(), link), end; at != end; ++at, ++links) {
        EXPECT_THAT(headings, Contains((*at)[1].str()));
    }
    EXPECT_GT(links, std::variant_size_v<Message>);
}

// They are the chapters of docs/PROTOCOL.md.
TEST(MessagePage, EveryChapterItNamesIsThere) {
    std::ifstream stream("docs/PROTOCOL.md", std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    for (const MessageFamily& family : message_families()) {
        EXPECT_THAT(text.str(), HasSubstr("\n## " + std::string(family.chapter) + "\n"));
    }
}

TEST(MessageShape, TellsTypesInWords) {
    const auto shapes = message_shapes();
    const MessageShape& registration = shape(shapes, MessageType::register_device);
    const auto type_of_field = [&](std::string_view name) {
        for (const FieldShape& field : registration.fields) {
            if (field.name == name) return field.type;
        }
        return std::string();
    };
    EXPECT_EQ(type_of_field("device"), "bytes of 16");
    EXPECT_EQ(type_of_field("incarnation"), "uint of 32 bits");
    EXPECT_EQ(type_of_field("identifiers"), "array of at most 2: text, at most 254");
    EXPECT_EQ(type_of_field("token"), "array [PushToken](#pushtoken)");
    EXPECT_EQ(type_of_field("lease"), "uint, nanoseconds");
    EXPECT_EQ(type_of_field("credentials"), "array of at most 2: map [Credential](#credential)");
}

TEST(MessageShape, NoExampleIsLongerThanItsTypeAllowsNorThatThanItsRoom) {
    const auto shapes = message_shapes();
    std::vector<std::uint8_t> bytes(push_size_max);
    for (const Message& message : example_messages()) {
        const MessageShape& its = shape(shapes, type_of(message));
        EXPECT_LE(encode(message, bytes), its.size_max) << to_string(its.type);
        EXPECT_LT(its.size_max, its.room) << to_string(its.type);
    }
}

TEST(MessageNotes, SayWhoToWhomAndWhatForAndNameAnswersThatExist) {
    for (const MessageFamily& family : message_families()) {
        for (const MessageNote& note : family.notes) {
            for (const MessageType answer : note.answers) {
                if (answer == MessageType{}) continue;
                EXPECT_NE(to_string(answer), "unknown") << to_string(note.type);
            }
            EXPECT_FALSE(note.way.empty() || note.purpose.empty()) << to_string(note.type);
        }
    }
}

}  // namespace
}  // namespace invitro::protocol
