// The notation of distributions: in the terms a person would use, exact where there are none.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/units.hpp"
#include "scenarios/format/words.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace invitro::scenarios::format {
namespace {

using model::QuantileTable;

constexpr std::int64_t sigma_max = 3'000;  // thousandths

// ---- reading ------------------------------------------------------------------------------------

// "0.71" as 710; nothing for what is finer or beyond 3.
std::optional<std::int64_t> parse_sigma(const std::string& text) {
    double sigma = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sigma);
    const bool in_range = sigma >= 0 && sigma * 1000 <= static_cast<double>(sigma_max);
    if (error != std::errc{} || end != text.data() + text.size() || !in_range) return std::nullopt;
    const std::int64_t thousandths = std::llround(sigma * 1000);
    // The nearest double to a decimal of three places is one and the same, however it came about.
    if (static_cast<double>(thousandths) / 1000 != sigma) return std::nullopt;
    return thousandths;
}

struct Lognormal {
    Duration median{};
    std::int64_t sigma_thousandths = 0;
};

Notation<std::int64_t> sigma() {
    Shape shape{
        .expected = "a number from 0 to 3 of at most three decimals", .schema = {}, .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, std::int64_t& target) {
        const auto* number = value.as<Number>();
        if (number == nullptr) return fail_kind(reader, value, shape);
        const auto thousandths = parse_sigma(number->text);
        if (!thousandths) return fail_kind(reader, value, shape);
        target = *thousandths;
        return true;
    };
    auto write = [](const std::int64_t& thousandths) -> Value {
        std::string text = fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        return Number{text};
    };
    return {.shape = std::move(shape), .read = std::move(read), .write = std::move(write)};
}

const Section<Lognormal>& lognormal_section() {
    static const Section<Lognormal> section{
        .fields = {
            {"median", &Lognormal::median, duration(), "half is shorter", Presence::required},
            {"sigma",
             &Lognormal::sigma_thousandths,
             sigma(),
             "of the logarithm",
             Presence::required}}};
    return section;
}

struct Exponential {
    Duration mean{};
};

const Section<Exponential>& exponential_section() {
    static const Section<Exponential> section{
        .fields = {{"mean", &Exponential::mean, duration(), "the mean", Presence::required}}};
    return section;
}

const Notation<std::vector<Duration>>& durations(std::size_t count) {
    static const auto two = list_of(duration(), {"durations, the smaller first", 2, 2});
    static const auto all = list_of(
        duration(),
        {"durations, none smaller than the one before", QuantileTable::size, QuantileTable::size});
    return count == 2 ? two : all;
}

// A list of so many durations that do not fall.
std::optional<std::vector<Duration>> read_rising(Reader& reader,
                                                 const Value& value,
                                                 std::size_t count) {
    std::vector<Duration> list;
    if (!durations(count).read(reader, value, list)) return std::nullopt;
    if (std::is_sorted(list.begin(), list.end())) return list;
    reader.fail(value, "expected durations of which none is smaller than the one before");
    return std::nullopt;
}

std::optional<QuantileTable> read_shape(Reader& reader,
                                        const std::string& shape,
                                        const Value& value) {
    const Reader::Step step(reader, shape);
    if (shape == "lognormal") {
        Lognormal given;
        if (!lognormal_section().read(reader, value, given)) return std::nullopt;
        return model::lognormal(given.median, given.sigma_thousandths);
    }
    if (shape == "exponential") {
        Exponential given;
        if (!exponential_section().read(reader, value, given)) return std::nullopt;
        return model::exponential(given.mean);
    }
    if (shape == "uniform") {
        const auto bounds = read_rising(reader, value, 2);
        if (!bounds) return std::nullopt;
        return model::uniform(bounds->front(), bounds->back());
    }
    const auto quantiles = read_rising(reader, value, QuantileTable::size);
    if (!quantiles) return std::nullopt;
    QuantileTable table;
    for (std::size_t i = 0; i < QuantileTable::size; ++i) {
        table.nanoseconds[i] = (*quantiles)[i].count();
    }
    return table;
}

const std::vector<std::string>& shape_names() {
    static const std::vector<std::string> names = {
        "uniform", "exponential", "lognormal", "quantiles"};
    return names;
}

bool read_distribution(Reader& reader,
                       const Value& value,
                       const Shape& shape,
                       QuantileTable& target) {
    const auto* members = value.as<Value::Object>();
    if (members == nullptr) {
        const bool is_quantity =
            value.as<std::string>() != nullptr || value.as<Number>() != nullptr;
        if (!is_quantity) return fail_kind(reader, value, shape);
        Duration constant{};
        if (!duration().read(reader, value, constant)) return false;
        target = model::constant(constant);
        return true;
    }
    if (!check_keys(reader, *members, shape_names())) return false;
    if (members->size() != 1) return fail_kind(reader, value, shape);
    const auto table = read_shape(reader, members->front().key, members->front().value);
    if (!table) return false;
    if (Duration{table->nanoseconds.back()} > limits::time_max) {
        return reader.fail(value,
                           fmt::format("the longest of these durations is beyond {}",
                                       duration_text(limits::time_max)));
    }
    target = *table;
    return true;
}

// ---- writing: which distribution is this table? -------------------------------------------------

// The larger sigma is, the larger is every quantile above the median.
std::optional<std::int64_t> find_sigma(const QuantileTable& table) {
    std::int64_t low = 0;
    std::int64_t high = sigma_max;
    while (low < high) {
        const std::int64_t middle = (low + high) / 2;
        const QuantileTable tried = model::lognormal(table.median(), middle);
        if (tried.nanoseconds.back() < table.nanoseconds.back()) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (model::lognormal(table.median(), low) != table) return std::nullopt;
    return low;
}

// The larger the mean is, the larger is the longest duration; by far more than the mean itself.
std::optional<Duration> find_mean(const QuantileTable& table) {
    Duration low{};
    Duration high{table.nanoseconds.back()};
    while (low < high) {
        const Duration middle = low + (high - low) / 2;
        if (model::exponential(middle).nanoseconds.back() < table.nanoseconds.back()) {
            low = middle + Duration{1};
        } else {
            high = middle;
        }
    }
    if (model::exponential(low) != table) return std::nullopt;
    return low;
}

Value only(std::string key, Value value) {
    return Value::Object{{.key = std::move(key), .value = std::move(value)}};
}

Value write_quantiles(const QuantileTable& table) {
    Value::List all;
    for (const std::int64_t quantile : table.nanoseconds) {
        all.emplace_back(duration_text(Duration{quantile}));
    }
    return only("quantiles", std::move(all));
}

Value write_distribution(const QuantileTable& table) {
    const Duration low{table.nanoseconds.front()};
    const Duration high{table.nanoseconds.back()};
    if (model::constant(low) == table) return duration_text(low);
    if (low <= high && model::uniform(low, high) == table) {
        return only("uniform", Value::List{duration_text(low), duration_text(high)});
    }
    if (const auto mean = find_mean(table)) {
        return only("exponential", exponential_section().write({.mean = *mean}));
    }
    if (const auto sigma = find_sigma(table)) {
        return only(
            "lognormal",
            lognormal_section().write({.median = table.median(), .sigma_thousandths = *sigma}));
    }
    return write_quantiles(table);
}

}  // namespace

Notation<QuantileTable> distribution() {
    Shape shape{.expected =
                    "a duration or a distribution such as "
                    "{\"lognormal\": {\"median\": \"620ms\", \"sigma\": 0.71}}",
                .schema = only("$ref", "#/definitions/distribution"),
                .fields = {}};
    auto read = [shape](Reader& reader, const Value& value, QuantileTable& target) {
        return read_distribution(reader, value, shape, target);
    };
    return {.shape = shape, .read = std::move(read), .write = write_distribution};
}

}  // namespace invitro::scenarios::format
