#include "reports/json_part.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

Json parsed_json(std::string_view text) {
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& mistake) {
        const std::size_t read = std::min(mistake.byte, text.size());
        const auto lines =
            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(read), '\n');
        throw JsonMistake(fmt::format("not JSON from line {} on", lines + 1));
    } catch (const Json::exception&) {
        throw JsonMistake("not JSON: a number in it is too large");
    }
}

}  // namespace

struct JsonPart::Document {
    Json json;

    [[nodiscard]] const Json& at(const std::string& pointer) const {
        return json.at(Json::json_pointer(pointer));
    }
};

JsonPart::JsonPart(std::shared_ptr<const Document> document, std::string pointer)
    : document_(std::move(document)), pointer_(std::move(pointer)) {}

JsonPart JsonPart::parse(std::string_view text) {
    return {std::make_shared<const Document>(Document{parsed_json(text)}), ""};
}

JsonPart JsonPart::child(std::string_view key) const {
    return {document_, (Json::json_pointer(pointer_) / std::string(key)).to_string()};
}

void JsonPart::reject(std::string_view why) const {
    throw JsonMistake(
        fmt::format("{}: {}", pointer_.empty() ? std::string("the document") : pointer_, why));
}

bool JsonPart::has(std::string_view key) const {
    const Json& json = document_->at(pointer_);
    return json.is_object() && json.contains(std::string(key));
}

JsonPart JsonPart::at(std::string_view key) const {
    if (!document_->at(pointer_).is_object()) reject("expected an object");
    if (!has(key)) reject(fmt::format("\"{}\" is missing", key));
    return child(key);
}

std::vector<JsonPart> JsonPart::items() const {
    const Json& json = document_->at(pointer_);
    if (!json.is_array()) reject("expected a list");
    std::vector<JsonPart> parts;
    for (std::size_t i = 0; i < json.size(); ++i) {
        parts.push_back(child(std::to_string(i)));
    }
    return parts;
}

bool JsonPart::is_null() const {
    return document_->at(pointer_).is_null();
}

std::string JsonPart::text() const {
    const Json& json = document_->at(pointer_);
    if (!json.is_string()) reject("expected a text");
    return json.get<std::string>();
}

bool JsonPart::truth() const {
    const Json& json = document_->at(pointer_);
    if (!json.is_boolean()) reject("expected true or false");
    return json.get<bool>();
}

double JsonPart::real() const {
    const Json& json = document_->at(pointer_);
    if (!json.is_number()) reject("expected a number");
    const auto value = json.get<double>();
    if (!std::isfinite(value)) reject("expected a finite number");
    return value;
}

std::uint64_t JsonPart::number(std::uint64_t least, std::uint64_t most) const {
    const Json& json = document_->at(pointer_);
    const bool is_whole = json.is_number_unsigned();
    const std::uint64_t value = is_whole ? json.get<std::uint64_t>() : 0;
    if (!is_whole || value < least || value > most) {
        reject(fmt::format("expected a whole number from {} to {}", least, most));
    }
    return value;
}

std::int64_t JsonPart::nanoseconds() const {
    const Json& json = document_->at(pointer_);
    const bool is_whole = json.is_number_integer();
    const bool is_too_large =
        json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{nanoseconds_max};
    const std::int64_t value = is_whole && !is_too_large ? json.get<std::int64_t>() : 0;
    if (!is_whole || is_too_large || value < -nanoseconds_max) {
        reject(fmt::format("expected a whole number of nanoseconds, at most {}", nanoseconds_max));
    }
    return value;
}

}  // namespace invitro::reports
