// For scipy_test.py: does what each line of stdin asks for and prints the result on a line.
//
//   signed_rank greater|two_sided D...    -> differing pairs, W+, p, 1 if exact
//   normal_quantile P                     -> z
//   bootstrap_mean SEED CONFIDENCE X...   -> low, high (10,000 repetitions)
//   holm P...                             -> adjusted, in the order given
//   pairs_needed ALPHA POWER D...         -> pairs, or "none"
#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/multiple.hpp"
#include "reports/statistics/normal.hpp"
#include "reports/statistics/power.hpp"
#include "reports/statistics/signed_rank.hpp"

#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace invitro::reports;

std::vector<double> rest_of(std::istream& line) {
    std::vector<double> values;
    for (double value = 0; line >> value;) {
        values.push_back(value);
    }
    return values;
}

void print(const std::vector<double>& values) {
    for (const double value : values) {
        std::cout << std::setprecision(std::numeric_limits<double>::max_digits10) << value << ' ';
    }
    std::cout << '\n';
}

void test_ranks(std::istream& line) {
    std::string side;
    line >> side;
    const SignedRank test = signed_rank(
        rest_of(line), side == "greater" ? Alternative::greater : Alternative::two_sided);
    print({static_cast<double>(test.pairs), test.positive_ranks, test.p, test.is_exact ? 1. : 0.});
}

void bootstrap_mean(std::istream& line) {
    BootstrapPlan plan{.repetitions = 10'000};
    line >> plan.seed >> plan.confidence;
    const std::vector<double> values = rest_of(line);
    const auto mean = [&](std::span<const std::uint32_t> times) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            sum += values[i] * times[i];
        }
        return sum / static_cast<double>(values.size());
    };
    const Interval interval = bootstrap_interval(values.size(), plan, mean);
    print({interval.low, interval.high});
}

void need_pairs(std::istream& line) {
    PowerGoal goal;
    line >> goal.alpha >> goal.power;
    const auto needed = pairs_needed(rest_of(line), goal);
    std::cout << (needed ? std::to_string(*needed) : "none") << '\n';
}

bool carry_out(std::istream& line) {
    std::string what;
    line >> what;
    if (what == "signed_rank") {
        test_ranks(line);
    } else if (what == "bootstrap_mean") {
        bootstrap_mean(line);
    } else if (what == "pairs_needed") {
        need_pairs(line);
    } else if (what == "holm") {
        print(holm(rest_of(line)));
    } else if (what == "normal_quantile") {
        print({normal_quantile(rest_of(line).at(0))});
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main() {
    for (std::string text; std::getline(std::cin, text);) {
        std::istringstream line(text);
        if (!carry_out(line)) {
            std::cerr << "unknown: " << text << '\n';
            return 2;
        }
    }
    return 0;
}
