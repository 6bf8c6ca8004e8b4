#include "protocol/wire/message_shape.hpp"

#include "protocol/wire/field_table.hpp"
#include "protocol/wire/field_writer.hpp"
#include "protocol/wire/known_values.hpp"
#include "protocol/wire/message_size.hpp"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <type_traits>

namespace invitro::protocol {
namespace {

// ---- what is called by a name -------------------------------------------------------------------

constexpr std::string_view part_name(std::type_identity<ConnectionData> /*type*/) {
    return "ConnectionData";
}

constexpr std::string_view part_name(std::type_identity<Candidate> /*type*/) {
    return "Candidate";
}

constexpr std::string_view part_name(std::type_identity<PushToken> /*type*/) {
    return "PushToken";
}

constexpr std::string_view part_name(std::type_identity<Credential> /*type*/) {
    return "Credential";
}

constexpr std::string_view part_name(std::type_identity<PossessionProof> /*type*/) {
    return "PossessionProof";
}

constexpr std::string_view part_name(std::type_identity<Membership> /*type*/) {
    return "Membership";
}

constexpr std::string_view part_name(std::type_identity<Member> /*type*/) {
    return "Member";
}

constexpr std::string_view part_name(std::type_identity<InvitePush> /*type*/) {
    return "InvitePush";
}

// A link to the heading of that name.
std::string link_to(std::string_view name) {
    std::string anchor(name);
    for (char& c : anchor) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return fmt::format("[{}](#{})", name, anchor);
}

// ---- types in words -----------------------------------------------------------------------------

// The same cases as in field_writer.hpp. One class, so that each of its functions sees all others.
struct TypeWords {
    template <class T>
    static std::string of() {
        return words(std::type_identity<T>{});
    }

private:
    template <std::unsigned_integral T>
    static std::string words(std::type_identity<T> /*type*/) {
        return fmt::format("uint of {} bits", 8 * sizeof(T));
    }

    static std::string words(std::type_identity<bool> /*type*/) { return "bool"; }

    static std::string words(std::type_identity<Duration> /*type*/) { return "uint, nanoseconds"; }

    template <cbor::Enumeration T>
    static std::string words(std::type_identity<T> /*type*/) {
        std::string values;
        for (unsigned number = 0; number <= 0xFF; ++number) {
            const auto value = static_cast<T>(number);
            if (!is_known(value)) continue;
            values += fmt::format("{} {} {}", values.empty() ? ":" : ",", number, to_string(value));
        }
        return "uint" + values;
    }

    template <class Tag>
    static std::string words(std::type_identity<Id128<Tag>> /*type*/) {
        return "bytes of 16";
    }

    template <std::size_t size>
    static std::string words(std::type_identity<std::array<std::uint8_t, size>> /*type*/) {
        return fmt::format("bytes of {}", size);
    }

    template <std::size_t capacity>
    static std::string words(std::type_identity<InlineBytes<capacity>> /*type*/) {
        return fmt::format("bytes, at most {}", capacity);
    }

    static std::string words(std::type_identity<EndpointIdentifier> /*type*/) {
        return fmt::format("text, at most {}", EndpointIdentifier::length_max);
    }

    static std::string words(std::type_identity<Address> /*type*/) {
        return "bytes of 6 or 18: IP address and port; of 0: none";
    }

    static std::string words(std::type_identity<PushToken> type) {
        return "array " + link_to(part_name(type));
    }

    static std::string words(std::type_identity<Candidate> type) {
        return "array " + link_to(part_name(type));
    }

    template <cbor::Item T, std::size_t capacity>
    static std::string words(std::type_identity<InlineVector<T, capacity>> /*type*/) {
        return fmt::format("array of at most {}: {}", capacity, of<T>());
    }

    template <HasFields T>
    static std::string words(std::type_identity<T> type) {
        return "map " + link_to(part_name(type));
    }
};

// ---- shapes -------------------------------------------------------------------------------------

template <class T>
FieldShape shape_of_value(std::uint8_t key, std::string_view name) {
    return {.key = key,
            .name = name,
            .type = TypeWords::of<T>(),
            .size_max = cbor::encoded_size_max<T>};
}

template <HasFields T>
std::vector<FieldShape> fields_of() {
    std::vector<FieldShape> fields;
    const auto add = [&]<class Owner, class Value>(const Field<Owner, Value>& one) {
        fields.push_back(shape_of_value<Value>(one.key, one.name));
    };
    std::apply([&](const auto&... one) { (add(one), ...); }, T::fields());
    return fields;
}

template <HasFields T>
PartShape map_shape() {
    return {.name = part_name(std::type_identity<T>{}), .is_map = true, .fields = fields_of<T>()};
}

// Its places, which stand under no keys.
PartShape candidate_shape() {
    PartShape shape{.name = part_name(std::type_identity<Candidate>{}),
                    .is_map = false,
                    .fields = fields_of<Candidate>()};
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
        shape.fields[i].key = static_cast<std::uint8_t>(i);
    }
    return shape;
}

PartShape token_shape() {
    return {.name = part_name(std::type_identity<PushToken>{}),
            .is_map = false,
            .fields = {shape_of_value<decltype(PushToken::provider)>(0, "provider"),
                       shape_of_value<decltype(PushToken::value)>(1, "value")}};
}

template <class... M>
std::vector<MessageShape> shapes_of(std::type_identity<std::variant<M...>> /*messages*/) {
    return {MessageShape{.type = M::type,
                         .fields = fields_of<M>(),
                         .size_max = message_size_max<M>,
                         .room = message_room<M>}...};
}

}  // namespace

std::vector<MessageShape> message_shapes() {
    return shapes_of(std::type_identity<Message>{});
}

std::vector<PartShape> part_shapes() {
    return {map_shape<ConnectionData>(),
            candidate_shape(),
            token_shape(),
            map_shape<PossessionProof>(),
            map_shape<Credential>(),
            map_shape<Membership>(),
            map_shape<Member>()};
}

}  // namespace invitro::protocol
