#include "reports/metrics/measurements.hpp"

#include "model/push/push_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace invitro::reports {
namespace {

constexpr std::array<std::string_view, measure_count> measure_names = {"time_to_ring",
                                                                       "accept_delivery",
                                                                       "time_to_first_accept",
                                                                       "time_to_connect",
                                                                       "time_to_silence",
                                                                       "messages_per_call",
                                                                       "bytes_per_call",
                                                                       "pushes_per_call"};

constexpr std::array<std::string_view, happening_count> happening_names = {"calls",
                                                                           "calls_failed",
                                                                           "calls_cancelled",
                                                                           "rings",
                                                                           "accepts",
                                                                           "accepts_arrived",
                                                                           "accepts_rejected",
                                                                           "declines",
                                                                           "connections",
                                                                           "connections_failed"};

// Sixteen buckets of the histogram make one of the examples.
constexpr unsigned example_shift = 4;

template <class NameOf>
std::map<std::string, Histogram> grouped(const std::map<Cell, Histogram>& cells,
                                         Measure measure,
                                         NameOf name_of) {
    std::map<std::string, Histogram> groups;
    for (const auto& [cell, histogram] : cells) {
        if (cell.measure != measure || !cell.circumstances) continue;
        groups[std::string(name_of(*cell.circumstances))].merge(histogram);
    }
    return groups;
}

void write_pair(properties::ByteWriter& writer, const NatPair& pair) {
    writer.number(static_cast<std::uint64_t>(pair.initiator));
    writer.number(static_cast<std::uint64_t>(pair.recipient));
}

template <class Enumeration>
Enumeration read_enumeration(properties::ByteReader& reader, std::uint64_t count) {
    const std::uint64_t value = reader.number();
    if (value >= count) throw std::runtime_error("a world's outcome names an unknown kind");
    return static_cast<Enumeration>(value);
}

NatPair read_pair(properties::ByteReader& reader) {
    const auto initiator = read_enumeration<model::NatKind>(reader, model::nat_kind_count);
    const auto recipient = read_enumeration<model::NatKind>(reader, model::nat_kind_count);
    return {.initiator = initiator, .recipient = recipient};
}

void write_cell(properties::ByteWriter& writer, const Cell& cell) {
    writer.number(static_cast<std::uint64_t>(cell.measure));
    writer.number(cell.circumstances ? 1 : 0);
    if (!cell.circumstances) return;
    writer.number(static_cast<std::uint64_t>(cell.circumstances->provider));
    writer.number(static_cast<std::uint64_t>(cell.circumstances->access));
    write_pair(writer, cell.circumstances->nat);
}

Cell read_cell(properties::ByteReader& reader) {
    Cell cell{.measure = read_enumeration<Measure>(reader, measure_count), .circumstances = {}};
    if (reader.number() == 0) return cell;
    Circumstances& circumstances = cell.circumstances.emplace();
    circumstances.provider =
        read_enumeration<protocol::PushProvider>(reader, model::push_provider_count + 1);
    circumstances.access = read_enumeration<model::AccessKind>(reader, model::access_kind_count);
    circumstances.nat = read_pair(reader);
    return cell;
}

void write_reference(properties::ByteWriter& writer, const CallReference& reference) {
    writer.number(reference.world);
    writer.number(reference.call.high);
    writer.number(reference.call.low);
}

CallReference read_reference(properties::ByteReader& reader) {
    CallReference reference;
    reference.world = reader.number();
    reference.call.high = reader.number();
    reference.call.low = reader.number();
    return reference;
}

}  // namespace

std::string_view to_string(Measure measure) {
    return measure_names[static_cast<std::size_t>(measure)];
}

std::optional<Measure> parse_measure(std::string_view name) {
    const auto* found = std::find(measure_names.begin(), measure_names.end(), name);
    if (found == measure_names.end()) return std::nullopt;
    return static_cast<Measure>(found - measure_names.begin());
}

std::string to_string(const NatPair& pair) {
    return fmt::format(
        "{} > {}", model::to_string(pair.initiator), model::to_string(pair.recipient));
}

std::string_view to_string(Happening happening) {
    return happening_names[static_cast<std::size_t>(happening)];
}

void PairOutcomes::add(const PairOutcomes& other) {
    direct += other.direct;
    relayed += other.relayed;
    failed += other.failed;
}

void Measurements::record(const Cell& cell, std::uint64_t value) {
    cells_[cell].record(value);
}

void Measurements::add_pair(const NatPair& pair, const PairOutcomes& outcomes) {
    pairs_[pair].add(outcomes);
}

void Measurements::add_slowest(std::uint64_t accept_delivery, const CallReference& call) {
    const bool slower = !slowest_ || accept_delivery > slowest_->first ||
                        (accept_delivery == slowest_->first && call < slowest_->second);
    if (slower) slowest_ = {accept_delivery, call};
}

void Measurements::add_example(std::uint64_t accept_delivery, const CallReference& call) {
    const std::uint32_t key = Histogram::bucket_of(accept_delivery) >> example_shift;
    const auto [place, made] = examples_.try_emplace(key, call);
    if (!made) place->second = std::min(place->second, call);
    add_slowest(accept_delivery, call);
}

void Measurements::merge(const Measurements& other) {
    for (const auto& [cell, histogram] : other.cells_) {
        cells_[cell].merge(histogram);
    }
    for (const auto& [pair, outcomes] : other.pairs_) {
        pairs_[pair].add(outcomes);
    }
    for (const auto& [key, call] : other.examples_) {
        const auto [place, made] = examples_.try_emplace(key, call);
        if (!made) place->second = std::min(place->second, call);
    }
    if (other.slowest_) add_slowest(other.slowest_->first, other.slowest_->second);
    for (std::size_t i = 0; i < happening_count; ++i) {
        happenings_[i] += other.happenings_[i];
    }
}

Histogram Measurements::total(Measure measure) const {
    Histogram result;
    for (const auto& [cell, histogram] : cells_) {
        if (cell.measure == measure) result.merge(histogram);
    }
    return result;
}

PairOutcomes Measurements::all_pairs() const {
    PairOutcomes result;
    for (const auto& [pair, outcomes] : pairs_) {
        result.add(outcomes);
    }
    return result;
}

std::map<std::string, Histogram> Measurements::by_provider(Measure measure) const {
    return grouped(
        cells_, measure, [](const Circumstances& c) { return protocol::to_string(c.provider); });
}

std::map<std::string, Histogram> Measurements::by_access(Measure measure) const {
    return grouped(
        cells_, measure, [](const Circumstances& c) { return model::to_string(c.access); });
}

std::map<std::string, Histogram> Measurements::by_nat(Measure measure) const {
    return grouped(cells_, measure, [](const Circumstances& c) { return to_string(c.nat); });
}

std::optional<CallReference> Measurements::typical_call() const {
    if (examples_.empty()) return std::nullopt;
    const std::uint64_t median = total(Measure::accept_delivery).value_at(Millionths{500'000});
    const std::uint32_t key = Histogram::bucket_of(median) >> example_shift;
    auto nearest = examples_.lower_bound(key);
    if (nearest == examples_.end()) --nearest;
    return nearest->second;
}

std::optional<CallReference> Measurements::slowest_call() const {
    if (!slowest_) return std::nullopt;
    return slowest_->second;
}

void Measurements::write(properties::ByteWriter& writer) const {
    writer.number(cells_.size());
    for (const auto& [cell, histogram] : cells_) {
        write_cell(writer, cell);
        histogram.write(writer);
    }
    writer.number(pairs_.size());
    for (const auto& [pair, outcomes] : pairs_) {
        write_pair(writer, pair);
        writer.number(outcomes.direct);
        writer.number(outcomes.relayed);
        writer.number(outcomes.failed);
    }
    writer.number(examples_.size());
    for (const auto& [key, call] : examples_) {
        writer.number(key);
        write_reference(writer, call);
    }
    writer.number(slowest_ ? 1 : 0);
    if (slowest_) {
        writer.number(slowest_->first);
        write_reference(writer, slowest_->second);
    }
    for (const std::uint64_t happened : happenings_) {
        writer.number(happened);
    }
}

Measurements Measurements::read(properties::ByteReader& reader) {
    Measurements result;
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        const Cell cell = read_cell(reader);
        result.cells_.emplace(cell, Histogram::read(reader));
    }
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        PairOutcomes& outcomes = result.pairs_[read_pair(reader)];
        outcomes.direct = reader.number();
        outcomes.relayed = reader.number();
        outcomes.failed = reader.number();
    }
    for (std::uint64_t left = reader.number(); left != 0; --left) {
        const auto key = static_cast<std::uint32_t>(reader.number());
        result.examples_.emplace(key, read_reference(reader));
    }
    if (reader.number() != 0) {
        const std::uint64_t accept_delivery = reader.number();
        result.slowest_ = {accept_delivery, read_reference(reader)};
    }
    for (std::uint64_t& happened : result.happenings_) {
        happened = reader.number();
    }
    return result;
}

Measurements Measurements::from_parts(Parts parts) {
    Measurements result;
    result.cells_ = std::move(parts.cells);
    result.pairs_ = std::move(parts.pairs);
    result.examples_ = std::move(parts.examples);
    result.slowest_ = parts.slowest;
    result.happenings_ = parts.happenings;
    return result;
}

std::uint64_t middle_of_example(std::uint32_t coarse_bucket) {
    return Histogram::middle_of((coarse_bucket << example_shift) + (1U << (example_shift - 1)));
}

}  // namespace invitro::reports
