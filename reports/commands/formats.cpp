#include "reports/commands/formats.hpp"

#include "reports/commands/options.hpp"
#include "reports/text/export.hpp"
#include "reports/text/percentiles.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace invitro::reports {
namespace {

void add_option(CLI::App& command,
                std::vector<std::string>& formats,
                const std::vector<std::string>& names,
                const std::string& help) {
    command.add_option("--format", formats, help)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember(names));
}

bool append_file(const std::string& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::app);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file) fmt::print(stderr, "{}: cannot be written\n", path);
    return static_cast<bool>(file);
}

// One result is "the" one; several are told apart by their place on the command line.
std::string name_among(const std::vector<Result>& results, std::size_t i, std::string_view name) {
    if (results.size() == 1) return std::string(name);
    return fmt::format("{}-{}-{}", name, i + 1, file_name_of(results[i].scenario));
}

std::vector<NamedText> percentile_files(const std::vector<Result>& results) {
    constexpr double nanoseconds_in_millisecond = 1e6;
    std::vector<NamedText> files;
    for (std::size_t i = 0; i < results.size(); ++i) {
        for (std::size_t m = 0; m < measure_count; ++m) {
            const auto measure = static_cast<Measure>(m);
            const double unit = is_duration(measure) ? nanoseconds_in_millisecond : 1;
            files.push_back({.name = name_among(results, i, to_string(measure)) + ".hgrm",
                             .text = percentiles_of(results[i].measurements.total(measure), unit)});
        }
    }
    return files;
}

std::vector<CheckList> check_lists_of(const std::vector<Result>& results) {
    std::vector<CheckList> lists;
    for (const Result& result : results) {
        lists.push_back(check_list_of(result));
    }
    return lists;
}

}  // namespace

void add_format_option(CLI::App& command, std::vector<std::string>& formats) {
    add_option(command,
               formats,
               {"markdown", "csv", "junit", "github", "gitlab", "hdr"},
               "Write too: markdown, csv, junit, github (annotations and step summary), gitlab\n"
               "(code quality and metrics), hdr (percentiles); several with commas");
}

void add_ci_format_option(CLI::App& command, std::vector<std::string>& formats) {
    add_option(command,
               formats,
               {"junit", "github", "gitlab"},
               "Write too: junit, github (annotations and step summary), gitlab (code quality);\n"
               "several with commas");
}

std::vector<NamedText> files_of(const std::vector<CheckList>& lists, std::string_view format) {
    if (format == "junit") return {{.name = "junit.xml", .text = junit_of(lists)}};
    if (format == "gitlab") {
        return {{.name = "gl-code-quality-report.json", .text = gitlab_code_quality_of(lists)}};
    }
    return {};
}

std::vector<NamedText> files_of(const std::vector<Result>& results, std::string_view format) {
    if (format == "csv") return {{.name = "report.csv", .text = csv_of(results)}};
    if (format == "hdr") return percentile_files(results);
    if (format == "markdown") {
        std::vector<NamedText> files;
        for (std::size_t i = 0; i < results.size(); ++i) {
            files.push_back({.name = name_among(results, i, "report") + ".md",
                             .text = markdown_of(results[i])});
        }
        return files;
    }
    std::vector<NamedText> files = files_of(check_lists_of(results), format);
    if (format == "gitlab") {
        files.push_back({.name = "metrics.txt", .text = open_metrics_of(results)});
    }
    return files;
}

bool tell_github(const std::vector<CheckList>& lists,
                 std::string_view summary,
                 const std::string& folder) {
    fmt::print(stderr, "{}", github_annotations_of(lists));
    const char* const path = std::getenv("GITHUB_STEP_SUMMARY");  // NOLINT(concurrency-mt-unsafe)
    if (path != nullptr && *path != '\0') return append_file(path, summary);
    return try_write_file(folder + "/summary.md", summary);
}

bool write_formats(const std::vector<Result>& results,
                   const std::vector<std::string>& formats,
                   const std::string& folder) {
    bool all = true;
    for (const std::string& format : formats) {
        for (const NamedText& file : files_of(results, format)) {
            all &= try_write_file(folder + "/" + file.name, file.text);
        }
        if (format != "github") continue;
        std::string summary;
        for (const Result& result : results) {
            summary += markdown_of(result) + "\n";
        }
        all &= tell_github(check_lists_of(results), summary, folder);
    }
    return all;
}

}  // namespace invitro::reports
