// A result made by hand for tests: one world with the staged call, a property of each verdict, a
// threshold that is met and one that is missed.
#pragma once

#include "reports/metrics/metrics.hpp"
#include "reports/metrics/staged_call_test.hpp"
#include "reports/result.hpp"

namespace invitro::reports {

inline Result staged_result() {
    const scenarios::World world = staged_world();
    Metrics metrics(world, 0);
    Stage(world, metrics).play();
    TraceRecorder recorder(world, 0, {Stage::call()});
    Stage(world, recorder).play();

    Result result;
    result.scenario = "staged <&>";
    result.source = "scenarios/staged call.json";
    result.description = "A call made by hand";
    result.seed = 7;
    result.version = "1.2.3";
    result.fingerprint = {.high = 0xABC, .low = 0xDEF};
    result.totals.worlds = 1;
    result.totals.events = 13;
    result.totals.datagrams_dropped[2] = 4;
    result.totals.remarks[3] = 9;
    result.measurements = metrics.measurements();
    result.totals.hostile_sent[0] = 6;
    result.totals.hostile_delivered[0] = 5;
    result.abuse.put(AbuseFigure::answered, 3);
    result.abuse.put(AbuseFigure::calls_held_max, 21);
    result.traces = recorder.take();
    result.properties = {
        {.id = "first", .sentence = "It holds.", .source = "rule 1", .checked = 5, .findings = {}},
        {.id = "second",
         .sentence = "It does not <hold>.",
         .source = "rule 2",
         .checked = 3,
         .violated = 1,
         .findings = {{.world = 0,
                       .seed = 7,
                       .event = 12,
                       .call = protocol::to_string(Stage::call()),
                       .explanation = "device 2 <script>"}}},
        {.id = "third", .sentence = "Nobody asked.", .source = "rule 3", .findings = {}}};
    scenarios::Threshold met{.metric = "accept_delivery", .statistic = "p99"};
    met.at_most = 2000;
    scenarios::Threshold missed{.metric = "direct_rate", .statistic = "value"};
    missed.at_least = 1.5;
    result.thresholds = judge({met, missed}, result.measurements);
    return result;
}

}  // namespace invitro::reports
