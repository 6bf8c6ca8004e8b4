// What the commands print for people: tables as wide as the terminal, colours where they help, and
// progress on stderr.
#pragma once

#include "reports/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

enum class Colour : std::uint8_t { plain, good, bad, warning, quiet };

// How stdout is to be written to.
struct Terminal {
    bool colours = false;
    std::size_t width = 100;

    // Colours only on a terminal, without NO_COLOR and unless the user said no.
    static Terminal of_stdout(bool no_color);

    [[nodiscard]] std::string paint(std::string_view text, Colour colour) const;
};

// A row of a table of verdicts.
struct VerdictRow {
    std::string id;
    properties::Verdict verdict = properties::Verdict::holds;
    std::uint64_t checked = 0;
    std::uint64_t violated = 0;
    std::string sentence;
};

// "✓ holds  1 234  accept-delivery  Every accept ..." with the sentence cut to the width.
std::string verdict_table(const std::vector<VerdictRow>& rows, const Terminal& terminal);

struct NamedCount {
    std::string name;
    std::uint64_t count = 0;
};

// In as many columns as fit; what is zero stands out.
std::string counts_table(std::string_view title,
                         const std::vector<NamedCount>& counts,
                         const Terminal& terminal);

// The durations and the costs per call of a result.
std::string metrics_table(const Result& result, const Terminal& terminal);

// What attackers sent and what came of it; empty where there were none.
std::string attacks_table(const Result& result, const Terminal& terminal);

std::string thresholds_table(const Result& result, const Terminal& terminal);

// Tells on stderr how far long work has come: a bar with the time left on a terminal, now and then
// a line elsewhere, nothing when quiet. Says nothing about work that is over in a moment.
class Progress {
public:
    // `total` worlds or whatever else is counted, or `time` to spend, or neither known.
    Progress(std::optional<std::uint64_t> total,
             std::optional<std::chrono::nanoseconds> time,
             bool quiet,
             std::string_view counted = "worlds");
    ~Progress();

    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;

    void show(std::uint64_t finished);

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] std::optional<double> share(std::uint64_t finished, double seconds) const;

    std::optional<std::uint64_t> total_;
    std::optional<std::chrono::nanoseconds> time_;
    bool quiet_;
    std::string counted_;
    bool on_terminal_;
    bool shown_ = false;
    Clock::time_point start_;
    Clock::time_point last_;
};

}  // namespace invitro::reports
