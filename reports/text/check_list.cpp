#include "reports/text/check_list.hpp"

#include "properties/check.hpp"
#include "reports/page/page.hpp"

#include <fmt/format.h>

namespace invitro::reports {
namespace {

std::string seen_again(const Result& result, std::uint64_t world_seed) {
    return fmt::format("seed {}\nagain: {}\n", world_seed, result.command_for_seed(world_seed));
}

CheckItem item_of(const Result& result, const PropertyResult& property) {
    CheckItem item{.name = property.id, .message = {}, .details = {}};
    switch (property.verdict()) {
        case properties::Verdict::holds:
            return item;
        case properties::Verdict::vacuous:
            item.state = CheckState::skipped;
            item.message = "nothing put it to the test";
            return item;
        case properties::Verdict::violated:
            break;
    }
    item.state = CheckState::failed;
    item.message = property.findings.empty() ? "violated" : property.findings.front().explanation;
    item.details = fmt::format("{}\n{}\nviolated {} of {} times\n",
                               property.sentence,
                               property.source,
                               property.violated,
                               property.checked);
    for (const Finding& finding : property.findings) {
        item.details += fmt::format("\nworld {}: {}\n{}",
                                    finding.world,
                                    finding.explanation,
                                    seen_again(result, finding.seed));
    }
    return item;
}

CheckItem item_of(const Result& result, const ThresholdResult& one) {
    CheckItem item{
        .name = fmt::format("threshold {} {}", one.threshold.metric, one.threshold.statistic),
        .message = {},
        .details = {}};
    if (one.is_met()) return item;
    item.state = CheckState::failed;
    item.message = fmt::format("is {}, expected {}", measured_text(one), bound_text(one));
    item.details = fmt::format("again: {}\n", result.command());
    return item;
}

CheckItem item_of(const Result& result, const Crash& crash) {
    const properties::Death death{.signal = crash.signal, .exit_code = crash.exit_code};
    return {.name = fmt::format("world {}", crash.world),
            .state = CheckState::died,
            .message = fmt::format("killed the program ({})", properties::to_string(death)),
            .details = crash.last_words + "\n" + seen_again(result, crash.seed)};
}

}  // namespace

CheckList check_list_of(const Result& result) {
    CheckList list{.name = result.scenario,
                   .file = result.source.ends_with(".json") ? result.source : std::string(),
                   .properties = {{"seed", std::to_string(result.seed)},
                                  {"worlds", std::to_string(result.totals.worlds)},
                                  {"version", result.version},
                                  {"fingerprint", sim::to_string(result.fingerprint)},
                                  {"fidelity", result.fidelity},
                                  {"command", result.command()}},
                   .items = {}};
    for (const PropertyResult& property : result.properties) {
        list.items.push_back(item_of(result, property));
    }
    for (const ThresholdResult& threshold : result.thresholds) {
        list.items.push_back(item_of(result, threshold));
    }
    for (const Crash& crash : result.crashes) {
        list.items.push_back(item_of(result, crash));
    }
    return list;
}

}  // namespace invitro::reports
