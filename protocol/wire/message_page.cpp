#include "protocol/wire/message_page.hpp"

#include "protocol/security/envelope.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/wire/cbor_diagnostic.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"
#include "protocol/wire/message_notes.hpp"
#include "protocol/wire/message_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace invitro::protocol {
namespace {

constexpr std::string_view introduction = R"(# Messages

<!-- Written by `invitro messages`; the types in protocol/wire/*_messages.hpp, the codec and the
     examples in protocol/wire/example_messages.cpp are the source. A test compares. -->

Every message of the service on the wire. What they bring about is in [PROTOCOL.md](PROTOCOL.md).

A datagram, a push, the body of an SMS and a mailed link are each one message: the CBOR array
(RFC 8949) of version, number of the message, and a map of its fields by key. Items are of definite
length, numbers in their shortest form, keys ascending. Examples are in diagnostic notation
(RFC 8949, 8); the octets they stand for are those that the codec writes.

- **Every field is required.** A message that lacks one is dropped. What does not apply says so by
  its value: an id, key, ticket or tag of zeros, an address of no octets, an empty array.
- **Unknown keys are skipped**, so fields can be added; keys and numbers are never used again.
- **Anything else is dropped** and remarked upon: another version, an unknown number of a message, a
  value of another type or out of its field's range, a key that comes twice, octets behind the
  message.
- Spans of time are in nanoseconds. Octets of addresses and ports are in network order.

Sizes are in octets. *At most* is what the types allow, *room* what may travel: ROOM_DATAGRAM in a
datagram, ROOM_PUSH in a push, ROOM_CLUSTER between brokers. What is sealed (see
[Security](PROTOCOL.md#security)) takes up to SEAL_OVERHEAD more; that the longest message and that
much fit the room is asserted when the codec is compiled.
)";

std::string with_number(std::string text, std::string_view place, std::size_t number) {
    return text.replace(text.find(place), place.size(), std::to_string(number));
}

// "A", "A or B", "A, B or C"; empty for none.
std::string names_of(const std::vector<MessageType>& types) {
    std::string names;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const bool is_last = i + 1 == types.size();
        if (i > 0) names += is_last ? " or " : ", ";
        names += to_string(types[i]);
    }
    return names;
}

std::vector<MessageType> answers_of(const MessageNote& note) {
    std::vector<MessageType> answers;
    for (const MessageType answer : note.answers) {
        if (answer != MessageType{}) answers.push_back(answer);
    }
    return answers;
}

// What this message answers.
std::vector<MessageType> questions_of(MessageType type) {
    std::vector<MessageType> questions;
    for (const MessageFamily& family : message_families()) {
        for (const MessageNote& note : family.notes) {
            const auto answers = answers_of(note);
            const bool is_one = std::find(answers.begin(), answers.end(), type) != answers.end();
            if (is_one && note.type != type) questions.push_back(note.type);
        }
    }
    return questions;
}

// As GitHub makes it of the heading.
std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char c : heading) {
        if (c == ' ') anchor += '-';
        if (c >= 'A' && c <= 'Z') anchor += static_cast<char>(c - 'A' + 'a');
        const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (is_kept) anchor += c;
    }
    return anchor;
}

void append_fields(std::string& page, const std::vector<FieldShape>& fields, bool is_map) {
    page += fmt::format("\n| {} | field | type | at most |\n| --- | --- | --- | --- |\n",
                        is_map ? "key" : "place");
    for (const FieldShape& field : fields) {
        page += fmt::format(
            "| {} | {} | {} | {} |\n", field.key, field.name, field.type, field.size_max);
    }
}

const MessageShape& shape_of(const std::vector<MessageShape>& shapes, MessageType type) {
    const auto found = std::find_if(
        shapes.begin(), shapes.end(), [&](const MessageShape& one) { return one.type == type; });
    CHECK(found != shapes.end(), "every message with a note is in the catalogue");
    return *found;
}

// Adds the message as the codec writes it, and says how long it is.
std::size_t append_example(std::string& text, const Message& message) {
    std::vector<std::uint8_t> bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    const auto notation = cbor::diagnostic(bytes, cbor::Layout::lines);
    CHECK(notation.has_value(), "what we encode is well-formed");
    text += fmt::format("\n```\n{}\n```\n", *notation);
    return bytes.size();
}

void append_message(std::string& page, const MessageNote& note, const MessageShape& shape) {
    static const std::vector<Message> examples = example_messages();
    const auto example = std::find_if(examples.begin(), examples.end(), [&](const Message& one) {
        return type_of(one) == note.type;
    });
    CHECK(example != examples.end(), "every message has an example");
    page += fmt::format("\n### {}\n\n{}: {}. {}",
                        to_string(note.type),
                        static_cast<int>(note.type),
                        note.way,
                        note.purpose);
    const std::string answers = names_of(answers_of(note));
    if (!answers.empty()) page += fmt::format(" Answered by {}.", answers);
    const std::string questions = names_of(questions_of(note.type));
    if (!questions.empty()) page += fmt::format(" Answers {}.", questions);
    page += '\n';
    append_fields(page, shape.fields, true);
    std::string text;
    const std::size_t size = append_example(text, *example);
    page += fmt::format(
        "\nOctets: {} as below, at most {}, room {}.\n{}", size, shape.size_max, shape.room, text);
}

void append_overview(std::string& page, const std::vector<MessageShape>& shapes) {
    page +=
        "\n## All of them\n\n"
        "| number | message | from -> to | answered by | at most | room |\n"
        "| --- | --- | --- | --- | --- | --- |\n";
    for (const MessageFamily& family : message_families()) {
        for (const MessageNote& note : family.notes) {
            const MessageShape& shape = shape_of(shapes, note.type);
            const std::string_view name = to_string(note.type);
            page += fmt::format("| {} | [{}](#{}) | {} | {} | {} | {} |\n",
                                static_cast<int>(note.type),
                                name,
                                anchor_of(name),
                                note.way,
                                names_of(answers_of(note)),
                                shape.size_max,
                                shape.room);
        }
    }
}

void append_parts(std::string& page) {
    page += "\n## Values of several messages\n";
    for (const PartShape& part : part_shapes()) {
        page += fmt::format("\n### {}\n\n{}\n",
                            part.name,
                            part.is_map ? "A map." : "An array with all of these, in this order.");
        append_fields(page, part.fields, part.is_map);
    }
}

}  // namespace

std::string message_page() {
    const std::vector<MessageShape> shapes = message_shapes();
    std::string page(introduction);
    page = with_number(std::move(page), "ROOM_DATAGRAM", datagram_size_max);
    page = with_number(std::move(page), "ROOM_PUSH", push_size_max);
    page = with_number(std::move(page), "ROOM_CLUSTER", cluster_datagram_size_max);
    page = with_number(std::move(page), "SEAL_OVERHEAD", seal_overhead_max);
    append_overview(page, shapes);
    for (const MessageFamily& family : message_families()) {
        page += fmt::format("\n## {}\n\n[{}](PROTOCOL.md#{}); [`{}`](../protocol/wire/{}).\n",
                            family.title,
                            family.chapter,
                            anchor_of(family.chapter),
                            family.header,
                            family.header);
        for (const MessageNote& note : family.notes) {
            append_message(page, note, shape_of(shapes, note.type));
        }
    }
    append_parts(page);
    return page;
}

}  // namespace invitro::protocol
