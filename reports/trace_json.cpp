#include "reports/trace_json.hpp"

#include "model/node_id.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view push_service_name = "push";
constexpr std::string_view fate_names[] = {"under way", "delivered", "dropped"};

std::string actor_name(const Actor& actor) {
    return actor.is_push_service() ? std::string(push_service_name) : to_string(actor.node);
}

std::optional<Actor> parse_actor(const std::string& name) {
    if (name == push_service_name) return Actor{};
    for (const model::NodeKind kind : {model::NodeKind::broker,
                                       model::NodeKind::reflector,
                                       model::NodeKind::relay,
                                       model::NodeKind::device,
                                       model::NodeKind::attacker}) {
        model::NodeId node{.kind = kind, .number = 0};
        const std::string prefix = to_string(node);
        const std::size_t space = prefix.find(' ') + 1;
        if (name.compare(0, space, prefix, 0, space) != 0) continue;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data() + space, end, node.number);
        if (error == std::errc{} && stop == end) return Actor{node};
    }
    return std::nullopt;
}

std::optional<Fate> parse_fate(const std::string& name) {
    for (std::size_t i = 0; i < std::size(fate_names); ++i) {
        if (name == fate_names[i]) return static_cast<Fate>(i);
    }
    return std::nullopt;
}

Json json_of(const TraceStep& step) {
    Json json{{"at_ns", step.at}, {"from", actor_name(step.from)}};
    json["label"] = step.label;
    if (!step.is_message) return json;
    if (step.to) json["to"] = actor_name(*step.to);
    json["fate"] = fate_names[static_cast<std::size_t>(step.fate)];
    json["ended_ns"] = step.ended;
    if (!step.reason.empty()) json["reason"] = step.reason;
    return json;
}

TraceStep step_of(const JsonPart& json) {
    TraceStep step{.at = json.at("at_ns").nanoseconds(),
                   .from = parsed<Actor>(json, "from", parse_actor),
                   .to = {},
                   .label = json.text("label"),
                   .reason = {}};
    step.ended = step.at;
    step.is_message = json.has("fate");
    if (!step.is_message) return step;
    if (json.has("to")) step.to = parsed<Actor>(json, "to", parse_actor);
    step.fate = parsed<Fate>(json, "fate", parse_fate);
    step.ended = json.at("ended_ns").nanoseconds();
    if (step.ended < step.at) json.at("ended_ns").reject("is before at_ns");
    if (json.has("reason")) step.reason = json.text("reason");
    return step;
}

Json json_of(const CallTrace& trace) {
    Json json{{"world", trace.world},
              {"seed", trace.seed},
              {"call", protocol::to_string(trace.call)},
              {"initiator", trace.initiator},
              {"accept_delivery_ns", trace.accept_delivery},
              {"steps_left_out", trace.steps_left_out}};
    Json steps = Json::array();
    for (const TraceStep& step : trace.steps) {
        steps.push_back(json_of(step));
    }
    json["steps"] = std::move(steps);
    return json;
}

CallTrace trace_of(const JsonPart& json) {
    constexpr std::uint64_t device_max = std::numeric_limits<std::uint32_t>::max();
    CallTrace trace{
        .world = json.any_number("world"),
        .seed = json.any_number("seed"),
        .call = parsed<protocol::CallId>(json, "call", parse_call_id),
        .initiator = static_cast<std::uint32_t>(json.at("initiator").number(0, device_max)),
        .accept_delivery = json.at("accept_delivery_ns").nanoseconds(),
        .steps = {},
        .steps_left_out = json.count("steps_left_out")};
    for (const JsonPart& step : json.at("steps").items()) {
        trace.steps.push_back(step_of(step));
    }
    if (trace.steps.size() > TraceRecorder::steps_max) {
        json.at("steps").reject(fmt::format("expected at most {} steps", TraceRecorder::steps_max));
    }
    return trace;
}

}  // namespace

std::string to_json(const std::vector<CallTrace>& traces) {
    Json json = Json::array();
    for (const CallTrace& trace : traces) {
        json.push_back(json_of(trace));
    }
    return json.dump();
}

std::vector<CallTrace> traces_of(const JsonPart& json) {
    std::vector<CallTrace> traces;
    for (const JsonPart& trace : json.items()) {
        traces.push_back(trace_of(trace));
    }
    return traces;
}

protocol::Result<std::vector<CallTrace>> parse_traces(std::string_view text) {
    try {
        return traces_of(JsonPart::parse(text));
    } catch (const JsonMistake& mistake) {
        return protocol::fail(mistake.what());
    }
}

protocol::Result<protocol::CallId> parse_call_id(std::string_view text) {
    constexpr std::size_t half = 16;
    protocol::CallId id;
    const auto read = [](std::string_view digits, std::uint64_t& number) {
        const char* const end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, number, 16);
        return error == std::errc{} && stop == end;
    };
    if (text.size() != 2 * half || !read(text.substr(0, half), id.high) ||
        !read(text.substr(half), id.low)) {
        return protocol::fail("a call's id has 32 hexadecimal digits");
    }
    return id;
}

}  // namespace invitro::reports
