#include "reports/trace_json.hpp"

#include "model/node_id.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <stdexcept>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view push_service_name = "push";
constexpr std::string_view fate_names[] = {"under way", "delivered", "dropped"};

std::string actor_name(const Actor& actor) {
    return actor.is_push_service() ? std::string(push_service_name) : to_string(actor.node);
}

Actor parse_actor(const std::string& name) {
    if (name == push_service_name) return {};
    for (const model::NodeKind kind : {model::NodeKind::broker,
                                       model::NodeKind::reflector,
                                       model::NodeKind::relay,
                                       model::NodeKind::device}) {
        model::NodeId node{.kind = kind, .number = 0};
        const std::string prefix = to_string(node);
        const std::size_t space = prefix.find(' ') + 1;
        if (name.compare(0, space, prefix, 0, space) != 0) continue;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data() + space, end, node.number);
        if (error == std::errc{} && stop == end) return {node};
    }
    throw std::invalid_argument("no actor is called \"" + name + "\"");
}

Fate parse_fate(const std::string& name) {
    for (std::size_t i = 0; i < std::size(fate_names); ++i) {
        if (name == fate_names[i]) return static_cast<Fate>(i);
    }
    throw std::invalid_argument("no fate is called \"" + name + "\"");
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

TraceStep step_of(const Json& json) {
    TraceStep step{.at = json.at("at_ns").get<std::int64_t>(),
                   .from = parse_actor(json.at("from").get<std::string>()),
                   .to = {},
                   .label = json.at("label").get<std::string>(),
                   .reason = {}};
    step.ended = step.at;
    step.is_message = json.contains("fate");
    if (!step.is_message) return step;
    if (json.contains("to")) step.to = parse_actor(json.at("to").get<std::string>());
    step.fate = parse_fate(json.at("fate").get<std::string>());
    step.ended = json.at("ended_ns").get<std::int64_t>();
    step.reason = json.value("reason", "");
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

CallTrace trace_of(const Json& json) {
    const auto call = parse_call_id(json.at("call").get<std::string>());
    if (!call) throw std::invalid_argument(call.error().message);
    CallTrace trace{.world = json.at("world").get<std::uint64_t>(),
                    .seed = json.at("seed").get<std::uint64_t>(),
                    .call = *call,
                    .initiator = json.at("initiator").get<std::uint32_t>(),
                    .accept_delivery = json.at("accept_delivery_ns").get<std::int64_t>(),
                    .steps = {},
                    .steps_left_out = json.at("steps_left_out").get<std::uint64_t>()};
    for (const Json& step : json.at("steps")) {
        trace.steps.push_back(step_of(step));
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

protocol::Result<std::vector<CallTrace>> parse_traces(std::string_view text) {
    try {
        std::vector<CallTrace> traces;
        for (const Json& json : Json::parse(text)) {
            traces.push_back(trace_of(json));
        }
        return traces;
    } catch (const std::exception& problem) {
        return protocol::fail(problem.what());
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
