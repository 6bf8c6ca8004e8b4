// Notations of words, texts and the names of nodes.
#include "protocol/wire/messages.hpp"
#include "scenarios/format/notations.hpp"
#include "scenarios/format/units.hpp"
#include "scenarios/format/words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace invitro::scenarios::format {
namespace {

Value reference(std::string_view definition) {
    return Value::Object{{.key = "$ref", .value = fmt::format("#/definitions/{}", definition)}};
}

// The words of an enum whose values count from 0, as its to_string() has them.
template <class Enum>
Words<Enum> words_of(std::size_t count) {
    Words<Enum> words;
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<Enum>(i);
        words.emplace_back(std::string(to_string(value)), value);
    }
    return words;
}

// "one of \"first\", \"all\", \"choose\"", or an example where there are many.
template <class T>
std::string expected_of(const std::string& what, const Words<T>& words) {
    constexpr std::size_t listed_max = 5;
    if (words.size() > listed_max) {
        return fmt::format("a{} {} such as \"{}\"",
                           std::string_view("aeiou").find(what.front()) < 5 ? "n" : "",
                           what,
                           words.front().first);
    }
    std::string list;
    for (const auto& [word, value] : words) {
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
    }
    return "one of " + list;
}

Notation<std::string> checked_text(Shape shape,
                                   std::function<std::string(const std::string&)> why_not) {
    auto read = [shape, why_not = std::move(why_not)](
                    Reader& reader, const Value& value, std::string& target) {
        const auto* text = value.as<std::string>();
        if (text == nullptr) return fail_kind(reader, value, shape);
        const std::string why = why_not(*text);
        if (!why.empty()) return reader.fail(value, why);
        target = *text;
        return true;
    };
    return {.shape = std::move(shape),
            .read = std::move(read),
            .write = [](const std::string& text) -> Value { return text; }};
}

Value text_schema() {
    return Value::Object{{.key = "type", .value = "string"}};
}

constexpr std::string_view name_pattern = "^[A-Za-z0-9 ._-]{1,80}$";

std::string why_no_name(const std::string& text) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(" ._-").find(c) != std::string_view::npos;
    };
    const bool good =
        !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), is_allowed);
    return good ? "" : "expected 1 to 80 letters, digits, blanks and . _ -";
}

// "broker" is broker 0; otherwise, of what there are several, each has a number.
struct NodeWord {
    std::string_view word;
    model::NodeKind kind;
    bool is_first_without_number;
    std::uint32_t count;  // how many there are; 0: any number
};

constexpr NodeWord node_words[] = {{"everybody", model::NodeKind::none, true, 1},
                                   {"broker", model::NodeKind::broker, true, 0},
                                   {"reflector", model::NodeKind::reflector, false, 2},
                                   {"relay", model::NodeKind::relay, false, 0},
                                   {"device", model::NodeKind::device, false, 0}};

std::optional<model::NodeId> parse_node(const std::string& text) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = std::string_view(text).substr(0, blank);
    for (const NodeWord& each : node_words) {
        if (each.word != word) continue;
        if (blank == std::string::npos) {
            if (!each.is_first_without_number) return std::nullopt;
            return model::NodeId{.kind = each.kind, .number = 0};
        }
        const auto number = parse_whole(std::string_view(text).substr(blank + 1));
        const std::uint64_t limit = each.count == 0 ? std::uint64_t{1} << 32 : each.count;
        if (each.count == 1 || !number || *number >= limit) return std::nullopt;
        return model::NodeId{.kind = each.kind, .number = static_cast<std::uint32_t>(*number)};
    }
    return std::nullopt;
}

// What the number of such a node must have been given to.
std::optional<Entity> entity_of(model::NodeKind kind) {
    switch (kind) {
        case model::NodeKind::broker:
            return Entity::broker;
        case model::NodeKind::relay:
            return Entity::relay;
        case model::NodeKind::device:
            return Entity::device;
        case model::NodeKind::none:
        case model::NodeKind::reflector:
        case model::NodeKind::attacker:
            break;
    }
    return std::nullopt;
}

std::string node_text(const model::NodeId& node) {
    for (const NodeWord& each : node_words) {
        if (each.kind != node.kind) continue;
        return each.is_first_without_number && node.number == 0
                   ? std::string(each.word)
                   : fmt::format("{} {}", each.word, node.number);
    }
    return to_string(node);
}

}  // namespace

template <class T>
Notation<T> choice(const std::string& what, const std::string& definition, const Words<T>& words) {
    Shape shape{
        .expected = expected_of(what, words), .schema = reference(definition), .fields = {}};
    auto read = [shape, what, words](Reader& reader, const Value& value, T& target) {
        const auto* text = value.as<std::string>();
        if (text == nullptr) return fail_kind(reader, value, shape);
        std::vector<std::string> known;
        for (const auto& [word, meaning] : words) {
            known.push_back(word);
            if (word != *text) continue;
            target = meaning;
            return true;
        }
        return reader.fail(
            value, fmt::format("unknown {} \"{}\"; {}", what, *text, known_words(*text, known)));
    };
    auto write = [words](const T& meaning) -> Value {
        const auto found = std::find_if(
            words.begin(), words.end(), [&](const auto& word) { return word.second == meaning; });
        return found == words.end() ? Value() : Value(found->first);
    };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

template Notation<model::NatKind> choice(const std::string&,
                                         const std::string&,
                                         const Words<model::NatKind>&);

Notation<model::SiteIndex> site() {
    Words<model::SiteIndex> words;
    for (const model::Site& each : model::builtin_metros().sites) {
        words.emplace_back(each.name, static_cast<model::SiteIndex>(words.size()));
    }
    return choice("site", "site", words);
}

Notation<std::string> site_name() {
    Words<std::string> words;
    for (const model::Site& each : model::builtin_metros().sites) {
        words.emplace_back(each.name, each.name);
    }
    return choice("site", "site", words);
}

Notation<model::AccessKind> access_kind() {
    return choice(
        "kind of access", "access", words_of<model::AccessKind>(model::access_kind_count));
}

Notation<model::IpFamilies> ip_families() {
    return choice(
        "IP families", "ip_families", words_of<model::IpFamilies>(model::ip_families_count));
}

Notation<model::ReactionKind> reaction_kind() {
    return choice(
        "reaction", "reaction", words_of<model::ReactionKind>(model::reaction_kind_count));
}

Notation<model::FaultKind> fault_kind() {
    return choice("kind of fault", "fault", words_of<model::FaultKind>(model::fault_kind_count));
}

Notation<model::Deed> deed() {
    return choice("deed", "deed", words_of<model::Deed>(model::deed_count));
}

Notation<protocol::AnswerPolicy> answer_policy() {
    return choice("answer policy", "policy", words_of<protocol::AnswerPolicy>(3));
}

Notation<Arrivals> arrivals() {
    return choice<Arrivals>(
        "pattern of arrivals",
        "arrivals",
        {{"evenly", Arrivals::evenly}, {"poisson", Arrivals::poisson}, {"burst", Arrivals::burst}});
}

Notation<RegistrationStart> registration_start() {
    return choice<RegistrationStart>("start of registration",
                                     "registration",
                                     {{"live", RegistrationStart::live},
                                      {"preloaded", RegistrationStart::preloaded},
                                      {"scratch", RegistrationStart::scratch}});
}

Notation<RegistrationAction> registration_action() {
    return choice<RegistrationAction>("action of a device's user",
                                      "registration_action",
                                      words_of<RegistrationAction>(registration_action_count));
}

Notation<Security> security() {
    return choice<Security>(
        "kind of security", "security", {{"real", Security::real}, {"charged", Security::charged}});
}

Notation<MembershipStep> membership_step() {
    return choice<MembershipStep>(
        "step of a broker",
        "membership_step",
        {{"join", MembershipStep::join}, {"leave", MembershipStep::leave}});
}

Notation<std::string> text() {
    return checked_text({.expected = "a text", .schema = text_schema(), .fields = {}},
                        [](const std::string&) { return std::string(); });
}

Notation<std::string> world_name() {
    Value schema = Value::Object{{.key = "type", .value = "string"},
                                 {.key = "pattern", .value = std::string(name_pattern)}};
    return checked_text({.expected = "1 to 80 letters, digits, blanks and . _ -",
                         .schema = std::move(schema),
                         .fields = {}},
                        why_no_name);
}

Notation<EndpointIdentifier> identifier() {
    Shape shape{.expected = "a phone number such as \"+4915112345678\" or an email address",
                .schema = reference("identifier"),
                .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, EndpointIdentifier& target) {
        const auto* text = value.as<std::string>();
        if (text == nullptr) return fail_kind(reader, value, shape);
        const auto parsed = EndpointIdentifier::parse(*text);
        if (!parsed) return reader.fail(value, parsed.error().message);
        target = *parsed;
        return true;
    };
    auto write = [](const EndpointIdentifier& source) -> Value {
        return std::string(source.text());
    };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

Notation<EndpointIdentifier> own_identifier() {
    Notation<EndpointIdentifier> notation = identifier();
    auto read_identifier = notation.read;
    notation.read = [read_identifier](
                        Reader& reader, const Value& value, EndpointIdentifier& target) {
        return read_identifier(reader, value, target) &&
               reader.define_identifier(std::string(target.text()), value);
    };
    return notation;
}

Notation<model::NodeId> node() {
    Shape shape{.expected =
                    "\"everybody\", \"broker\", \"reflector 0\", \"reflector 1\" or "
                    "a node such as \"device 7\", \"broker 2\", \"relay 0\"",
                .schema = reference("node"),
                .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, model::NodeId& target) {
        const auto* text = value.as<std::string>();
        const auto parsed = text == nullptr ? std::nullopt : parse_node(*text);
        if (!parsed) return fail_kind(reader, value, shape);
        target = *parsed;
        const auto entity = entity_of(parsed->kind);
        return !entity || reader.refer(*entity, parsed->number, value);
    };
    auto write = [](const model::NodeId& source) -> Value { return node_text(source); };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

template <class Owner>
Notation<Owner> reserved(const std::string& why) {
    return {.shape = {.expected = "nothing: " + why, .schema = false, .fields = {}},
            .read = [why](Reader& reader,
                          const Value& value,
                          Owner& /*owner*/) { return reader.fail(value, why); },
            .write = [](const Owner& /*owner*/) { return Value(); }};
}

template Notation<Scenario> reserved(const std::string&);

template <class Owner>
Notation<Owner> ignored_text() {
    Shape shape{.expected = "a text", .schema = text_schema(), .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, Owner& /*owner*/) {
        return value.as<std::string>() != nullptr || fail_kind(reader, value, shape);
    };
    return {.shape = std::move(shape),
            .read = std::move(read),
            .write = [](const Owner& /*owner*/) { return Value(); }};
}

template Notation<Scenario> ignored_text();

}  // namespace invitro::scenarios::format
