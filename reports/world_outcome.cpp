#include "reports/run_scenario.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace invitro::reports {
namespace {

void write(properties::ByteWriter& writer, const sim::RunSummary& summary) {
    writer.number(summary.fingerprint.high);
    writer.number(summary.fingerprint.low);
    writer.number(summary.events);
    writer.number(summary.datagrams_sent);
    writer.number(summary.datagrams_delivered);
    for (const std::uint64_t dropped : summary.datagrams_dropped) {
        writer.number(dropped);
    }
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        writer.number(summary.hostile_sent[i]);
        writer.number(summary.hostile_delivered[i]);
    }
    writer.number(summary.pushes_submitted);
    writer.number(summary.pushes_delivered);
    for (const std::uint64_t remarks : summary.remarks) {
        writer.number(remarks);
    }
    writer.number(static_cast<std::uint64_t>(protocol::nanoseconds(summary.ended)));
    writer.number(summary.quiescent ? 1 : 0);
}

sim::RunSummary read_summary(properties::ByteReader& reader) {
    sim::RunSummary summary;
    summary.fingerprint.high = reader.number();
    summary.fingerprint.low = reader.number();
    summary.events = reader.number();
    summary.datagrams_sent = reader.number();
    summary.datagrams_delivered = reader.number();
    for (std::uint64_t& dropped : summary.datagrams_dropped) {
        dropped = reader.number();
    }
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        summary.hostile_sent[i] = reader.number();
        summary.hostile_delivered[i] = reader.number();
    }
    summary.pushes_submitted = reader.number();
    summary.pushes_delivered = reader.number();
    for (std::uint64_t& remarks : summary.remarks) {
        remarks = reader.number();
    }
    summary.ended = protocol::instant_at(static_cast<std::int64_t>(reader.number()));
    summary.quiescent = reader.number() != 0;
    return summary;
}

void write(properties::ByteWriter& writer, const properties::Tally& tally) {
    writer.number(tally.checked);
    writer.number(tally.violated);
    writer.number(tally.violations.size());
    for (const properties::Violation& violation : tally.violations) {
        writer.number(violation.at);
        writer.number(violation.call.high);
        writer.number(violation.call.low);
        writer.text(violation.explanation);
    }
}

properties::Tally read_tally(properties::ByteReader& reader) {
    properties::Tally tally;
    tally.checked = reader.number();
    tally.violated = reader.number();
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        properties::Violation& violation = tally.violations.emplace_back();
        violation.at = reader.number();
        violation.call.high = reader.number();
        violation.call.low = reader.number();
        violation.explanation = reader.text();
    }
    return tally;
}

// Keeps the first findings by number of world, so that the order of adding does not matter.
void add_findings(PropertyResult& property,
                  std::uint64_t world,
                  std::uint64_t world_seed,
                  const std::vector<properties::Violation>& violations) {
    for (const properties::Violation& violation : violations) {
        property.findings.push_back(
            {.world = world,
             .seed = world_seed,
             .event = violation.at,
             .call = violation.call.is_none() ? "" : protocol::to_string(violation.call),
             .explanation = violation.explanation});
    }
    std::stable_sort(property.findings.begin(),
                     property.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.world < b.world; });
    if (property.findings.size() > PropertyResult::findings_max) {
        property.findings.resize(PropertyResult::findings_max);
    }
}

}  // namespace

std::vector<std::uint8_t> encode(const WorldOutcome& outcome) {
    properties::ByteWriter writer;
    write(writer, outcome.summary);
    writer.number(outcome.tallies.size());
    for (const properties::Tally& tally : outcome.tallies) {
        write(writer, tally);
    }
    outcome.measurements.write(writer);
    outcome.abuse.write(writer);
    return writer.take();
}

WorldOutcome decode_outcome(protocol::ByteView bytes) {
    properties::ByteReader reader(bytes);
    WorldOutcome outcome;
    outcome.summary = read_summary(reader);
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        outcome.tallies.push_back(read_tally(reader));
    }
    outcome.measurements = Measurements::read(reader);
    outcome.abuse = Abuse::read(reader);
    if (!reader.at_end()) throw std::runtime_error("a world's outcome has bytes too many");
    return outcome;
}

void add_world(Result& result,
               std::uint64_t world,
               std::uint64_t world_seed,
               const WorldOutcome& outcome,
               const std::vector<std::size_t>& checked) {
    result.fingerprint = sim::combine(result.fingerprint, world, outcome.summary.fingerprint);
    result.totals.add(outcome.summary);
    result.measurements.merge(outcome.measurements);
    result.abuse.merge(outcome.abuse);
    for (std::size_t i = 0; i < checked.size(); ++i) {
        const properties::Tally& tally = outcome.tallies.at(checked[i]);
        PropertyResult& property = result.properties.at(i);
        property.checked += tally.checked;
        property.violated += tally.violated;
        if (tally.violated != 0) add_findings(property, world, world_seed, tally.violations);
    }
}

}  // namespace invitro::reports
