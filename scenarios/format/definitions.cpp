// NAT policies and mixes, and the parts of the schema that many fields share.
#include "protocol/wire/messages.hpp"
#include "scenarios/format/mix.hpp"
#include "scenarios/format/notations.hpp"
#include "scenarios/format/units.hpp"

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

using model::NatKind;
using model::NatPolicy;

Notation<NatKind> nat_kind() {
    Words<NatKind> words;
    for (std::size_t i = 0; i < model::nat_kind_count; ++i) {
        const auto kind = static_cast<NatKind>(i);
        words.emplace_back(std::string(to_string(kind)), kind);
    }
    return choice("NAT kind", "nat_kind", words);
}

Section<NatPolicy> nat_section() {
    return {.fields = {
                {"kind", &NatPolicy::kind, nat_kind(), "mapping and filtering", Presence::required},
                {"mapping_timeout",
                 &NatPolicy::mapping_timeout,
                 duration(),
                 "how long a mapping lasts without outbound traffic"},
                {"hairpinning",
                 &NatPolicy::hairpinning,
                 flag(),
                 "inside hosts reach each other through their outside addresses"},
                {"port_count",
                 &NatPolicy::port_count,
                 count<std::uint16_t>(1, model::nat_port_count_max),
                 "outside ports to share: a small number is a subscriber's share of an address"}}};
}

Value pattern(std::string_view description, std::string_view expression) {
    return Value::Object{{.key = "type", .value = "string"},
                         {.key = "description", .value = std::string(description)},
                         {.key = "pattern", .value = std::string(expression)}};
}

template <class Enum>
Value enumeration(std::size_t count) {
    Value::List words;
    for (std::size_t i = 0; i < count; ++i) {
        words.emplace_back(std::string(to_string(static_cast<Enum>(i))));
    }
    return Value::Object{{.key = "enum", .value = std::move(words)}};
}

Value enumeration(const std::vector<std::string>& words) {
    return Value::Object{{.key = "enum", .value = Value::List(words.begin(), words.end())}};
}

Value any_of(Value::List alternatives) {
    return Value::Object{{.key = "anyOf", .value = std::move(alternatives)}};
}

Value reference(std::string_view definition) {
    return Value::Object{{.key = "$ref", .value = fmt::format("#/definitions/{}", definition)}};
}

Value durations(std::size_t count) {
    const Number number{std::to_string(count)};
    return Value::Object{{.key = "type", .value = "array"},
                         {.key = "items", .value = reference("duration")},
                         {.key = "minItems", .value = number},
                         {.key = "maxItems", .value = number}};
}

// One of the named shapes of a distribution.
Value shape_schema(const std::string& name, Value content) {
    return object_schema({{.key = name,
                           .description = name,
                           .required = true,
                           .default_value = {},
                           .shape = {.expected = "", .schema = std::move(content), .fields = {}}}});
}

Value distribution_schema() {
    const Value sigma = Value::Object{{.key = "type", .value = "number"},
                                      {.key = "minimum", .value = Number{"0"}},
                                      {.key = "maximum", .value = Number{"3"}}};
    const auto field = [](const std::string& key, const std::string& description, Value schema) {
        return FieldShape{.key = key,
                          .description = description,
                          .required = true,
                          .default_value = {},
                          .shape = {.expected = "", .schema = std::move(schema), .fields = {}}};
    };
    return any_of(
        {reference("duration"),
         shape_schema("uniform", durations(2)),
         shape_schema("exponential",
                      object_schema({field("mean", "the mean", reference("duration"))})),
         shape_schema("lognormal",
                      object_schema({field("median", "half is shorter", reference("duration")),
                                     field("sigma", "of the logarithm", sigma)})),
         shape_schema("quantiles", durations(model::QuantileTable::size))});
}

std::vector<std::string> site_names() {
    std::vector<std::string> names;
    for (const model::Site& each : model::builtin_metros().sites) {
        names.push_back(each.name);
    }
    return names;
}

}  // namespace

Notation<NatPolicy> nat_policy() {
    const Notation<NatKind> kind = nat_kind();
    const Section<NatPolicy> section = nat_section();
    auto read = [kind, section](Reader& reader, const Value& value, NatPolicy& target) {
        NatPolicy policy;
        const bool good = value.as<Value::Object>() != nullptr
                              ? section.read(reader, value, policy)
                              : kind.read(reader, value, policy.kind);
        if (good) target = policy;
        return good;
    };
    auto write = [kind, section](const NatPolicy& policy) -> Value {
        if (policy == NatPolicy{.kind = policy.kind}) return kind.write(policy.kind);
        return section.write(policy);
    };
    return {.shape = {.expected = kind.shape.expected + ", or an object with details",
                      .schema = reference("nat"),
                      .fields = section.field_shapes()},
            .read = std::move(read),
            .write = std::move(write)};
}

Notation<std::array<model::SiteIndex, 2>> reflector_sites() {
    const auto list = list_of(site(), {"sites", 2, 2});
    auto read = [list](
                    Reader& reader, const Value& value, std::array<model::SiteIndex, 2>& target) {
        std::vector<model::SiteIndex> sites;
        if (!list.read(reader, value, sites)) return false;
        std::copy_n(sites.begin(), 2, target.begin());
        return true;
    };
    auto write = [list](const std::array<model::SiteIndex, 2>& source) {
        return list.write({source.begin(), source.end()});
    };
    return {.shape = {.expected = "a list of two sites",
                      .schema = Value::Object{{.key = "type", .value = "array"},
                                              {.key = "items", .value = reference("site")},
                                              {.key = "minItems", .value = Number{"2"}},
                                              {.key = "maxItems", .value = Number{"2"}}},
                      .fields = {}},
            .read = std::move(read),
            .write = std::move(write)};
}

namespace detail {

Value mix_schema(const Value& element, bool is_of_numbers) {
    const Value weight = weight_notation().shape.schema;
    Value::Object weights{{.key = "type", .value = "object"},
                          {.key = "additionalProperties", .value = weight},
                          {.key = "minProperties", .value = Number{"1"}}};
    const Value names = is_of_numbers                 ? pattern("a whole number", "^[0-9]+$")
                        : element == reference("nat") ? reference("nat_kind")
                                                      : element;
    weights.push_back({.key = "propertyNames", .value = names});
    const auto field =
        [](const std::string& key, const std::string& description, bool required, Value schema) {
            return FieldShape{.key = key,
                              .description = description,
                              .required = required,
                              .default_value = {},
                              .shape = {.expected = "", .schema = std::move(schema), .fields = {}}};
        };
    const Value list = list_schema(object_schema({field("value", "what is drawn", true, element),
                                                  field("weight", "how often", false, weight)}));
    return any_of({element, std::move(weights), list});
}

}  // namespace detail

Value schema_definitions() {
    Value::Object definitions{
        {.key = "duration", .value = pattern("a duration with its unit", duration_pattern)},
        {.key = "duration_or_never",
         .value = any_of({reference("duration"), enumeration({"never"})})},
        {.key = "share", .value = pattern("0% to 100%", share_pattern)},
        {.key = "distribution", .value = distribution_schema()},
        {.key = "site", .value = enumeration(site_names())},
        {.key = "access", .value = enumeration<model::AccessKind>(model::access_kind_count)},
        {.key = "ip_families", .value = enumeration<model::IpFamilies>(model::ip_families_count)},
        {.key = "nat_kind", .value = enumeration<NatKind>(model::nat_kind_count)},
        {.key = "nat",
         .value = any_of({reference("nat_kind"), object_schema(nat_section().field_shapes())})},
        {.key = "reaction", .value = enumeration<model::ReactionKind>(model::reaction_kind_count)},
        {.key = "fault", .value = enumeration<model::FaultKind>(model::fault_kind_count)},
        {.key = "deed", .value = enumeration<model::Deed>(model::deed_count)},
        {.key = "policy", .value = enumeration<protocol::AnswerPolicy>(3)},
        {.key = "arrivals", .value = enumeration({"evenly", "poisson", "burst"})},
        {.key = "registration", .value = enumeration({"live", "preloaded", "scratch"})},
        {.key = "registration_action",
         .value = enumeration<RegistrationAction>(registration_action_count)},
        {.key = "security", .value = enumeration({"real", "charged"})},
        {.key = "membership_step", .value = enumeration<MembershipStep>(2)},
        {.key = "identifier",
         .value = pattern("a phone number or an email address",
                          "^(\\+[1-9][0-9]{1,14}|[^@\\s]{1,64}@[^@\\s]+)$")},
        {.key = "node",
         .value = pattern("whom a fault hits",
                          "^(everybody|broker|reflector [01]|(broker|relay|device) [0-9]+)$")}};
    const Value bounds = threshold_definitions();
    for (const Member& bound : *bounds.as<Value::Object>()) {
        definitions.push_back(bound);
    }
    return definitions;
}

}  // namespace invitro::scenarios::format
