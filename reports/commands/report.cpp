// `invitro report`.
#include "reports/commands/commands.hpp"
#include "reports/commands/formats.hpp"
#include "reports/commands/options.hpp"
#include "reports/page/page.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Make reports from results, without running anything\n"
    "  invitro report invitro-out/household/result.json\n"
    "  invitro report a/result.json b/result.json -o reports --format markdown,csv\n"
    "  invitro report result.json --format junit,gitlab       for a CI system\n"
    "HTML is always made; prints the path of each file it writes.";

struct Options {
    std::vector<std::string> results;
    std::string out = ".";
    std::vector<std::string> formats;
    bool markdown = false;
    bool csv = false;
};

std::vector<std::string> formats_of(const Options& options) {
    std::vector<std::string> formats = options.formats;
    if (options.markdown) formats.emplace_back("markdown");
    if (options.csv) formats.emplace_back("csv");
    return formats;
}

Result read_result(const std::string& path) {
    auto result = parse_result(read_file(path));
    if (!result) throw BadInput(fmt::format("{}: {}", path, result.error().message));
    return std::move(*result);
}

void write(const std::string& path, std::string_view text) {
    write_file(path, text);
    print_data(path + "\n");
}

int report(const Options& options) {
    std::vector<Result> results;
    for (const std::string& path : options.results) {
        results.push_back(read_result(path));
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        // One result is "the" report; several are told apart by their place on the command line.
        const std::string name =
            results.size() == 1
                ? "report"
                : fmt::format("report-{}-{}", i + 1, file_name_of(results[i].scenario));
        write(fmt::format("{}/{}.html", options.out, name), report_page(results[i]));
    }
    for (const std::string& format : formats_of(options)) {
        for (const NamedText& file : files_of(results, format)) {
            write(options.out + "/" + file.name, file.text);
        }
        if (format == "github") write_formats(results, {format}, options.out);
    }
    return exit_codes::holds;
}

}  // namespace

CLI::App* add_report_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("report", description);
    command->add_option("results", options->results, "Files result.json")->required();
    command->add_option("--out,-o", options->out, "Folder to write to")->capture_default_str();
    add_format_option(*command, options->formats);
    command->add_flag("--markdown", options->markdown, "As --format markdown");
    command->add_flag("--csv", options->csv, "As --format csv: a line for each metric and group");
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return report(*options); }); });
    return command;
}

}  // namespace invitro::reports
