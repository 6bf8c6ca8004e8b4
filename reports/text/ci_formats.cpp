// How CI systems want check lists written. Each has its own way to escape.
#include "reports/text/check_list.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace invitro::reports {
namespace {

constexpr std::string_view replacement = "\uFFFD";

// How many bytes the UTF-8 character at the beginning has; 0 if they are none (RFC 3629).
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return follows(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const bool overlong = first == 0xE0U && byte(1) < 0xA0U;
        const bool surrogate = first == 0xEDU && byte(1) >= 0xA0U;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const bool overlong = first == 0xF0U && byte(1) < 0x90U;
        const bool beyond = first == 0xF4U && byte(1) >= 0x90U;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

// For an attribute or an element. A new line in an attribute would be read as a blank.
std::string xml(std::string_view text, bool is_attribute) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(1, length));
        text.remove_prefix(character.size());
        const char c = character.front();
        const bool is_blank = c == '\n' || c == '\t' || c == '\r';
        const bool is_control = length == 1 && (static_cast<unsigned char>(c) < 0x20U) && !is_blank;
        // U+FFFE and U+FFFF are no characters of XML.
        const bool is_none = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
        if (length == 0 || is_control || is_none) {
            result += replacement;
        } else if (c == '&') {
            result += "&amp;";
        } else if (c == '<') {
            result += "&lt;";
        } else if (c == '>') {
            result += "&gt;";
        } else if (c == '"') {
            result += "&quot;";
        } else if (is_blank && (is_attribute || c == '\r')) {
            result += fmt::format("&#{};", static_cast<int>(c));
        } else {
            result += character;
        }
    }
    return result;
}

std::string attribute(std::string_view name, std::string_view value) {
    return fmt::format(" {}=\"{}\"", name, xml(value, true));
}

std::string attribute(std::string_view name, std::size_t value) {
    return attribute(name, std::to_string(value));
}

struct Counts {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::size_t skipped = 0;

    void add(const CheckList& list) {
        for (const CheckItem& item : list.items) {
            ++tests;
            failures += item.state == CheckState::failed ? 1 : 0;
            errors += item.state == CheckState::died ? 1 : 0;
            skipped += item.state == CheckState::skipped ? 1 : 0;
        }
    }

    [[nodiscard]] std::string attributes() const {
        return attribute("tests", tests) + attribute("failures", failures) +
               attribute("errors", errors);
    }
};

std::string test_case(const CheckList& list, const CheckItem& item) {
    const std::string head = "    <testcase" + attribute("classname", "invitro." + list.name) +
                             attribute("name", item.name) + attribute("time", "0");
    const auto with = [&](std::string_view element, std::string_view type) {
        return fmt::format("{}>\n      <{}{}{}>{}</{}>\n    </testcase>\n",
                           head,
                           element,
                           attribute("message", item.message),
                           attribute("type", type),
                           xml(item.details, false),
                           element);
    };
    switch (item.state) {
        case CheckState::passed:
            return head + "/>\n";
        case CheckState::skipped:
            return fmt::format("{}>\n      <skipped{}/>\n    </testcase>\n",
                               head,
                               attribute("message", item.message));
        case CheckState::failed:
            return with("failure", "violated");
        case CheckState::died:
            return with("error", "died");
    }
    return {};
}

// A line of a workflow command; properties may not hold what ends one either.
std::string github(std::string_view text, bool is_property) {
    std::string result;
    for (const char c : text) {
        const bool ends_a_property = is_property && (c == ':' || c == ',');
        if (c == '%' || c == '\n' || c == '\r' || ends_a_property) {
            result += fmt::format("%{:02X}", static_cast<unsigned>(c));
        } else {
            result += c;
        }
    }
    return result;
}

std::string annotation(std::string_view level, const CheckList& list, const CheckItem& item) {
    const std::string file =
        list.file.empty() ? std::string() : fmt::format("file={},", github(list.file, true));
    std::string text = item.message;
    if (!item.details.empty()) text += "\n" + item.details;
    return fmt::format("::{} {}title={}::{}\n",
                       level,
                       file,
                       github(list.name + ": " + item.name, true),
                       github(text, false));
}

std::string annotations(std::string_view level,
                        const std::vector<CheckList>& lists,
                        std::array<CheckState, 2> states) {
    std::string text;
    for (const CheckList& list : lists) {
        for (const CheckItem& item : list.items) {
            if (item.state == states[0] || item.state == states[1]) {
                text += annotation(level, list, item);
            }
        }
    }
    return text;
}

}  // namespace

std::string junit_of(const std::vector<CheckList>& lists) {
    Counts all;
    for (const CheckList& list : lists) {
        all.add(list);
    }
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                       attribute("name", "invitro") + all.attributes() + ">\n";
    for (const CheckList& list : lists) {
        Counts counts;
        counts.add(list);
        text += "  <testsuite" + attribute("name", list.name) + counts.attributes() +
                attribute("skipped", counts.skipped) + attribute("time", "0") +
                ">\n    <properties>\n";
        for (const auto& [name, value] : list.properties) {
            text +=
                "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
        }
        text += "    </properties>\n";
        for (const CheckItem& item : list.items) {
            text += test_case(list, item);
        }
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

std::string github_annotations_of(const std::vector<CheckList>& lists) {
    return annotations("error", lists, {CheckState::failed, CheckState::died}) +
           annotations("notice", lists, {CheckState::skipped, CheckState::skipped});
}

std::string gitlab_code_quality_of(const std::vector<CheckList>& lists) {
    using Json = nlohmann::ordered_json;
    Json report = Json::array();
    for (const CheckList& list : lists) {
        for (const CheckItem& item : list.items) {
            const bool died = item.state == CheckState::died;
            if (!died && item.state != CheckState::failed) continue;
            report.push_back(
                {{"description", fmt::format("{}: {}: {}", list.name, item.name, item.message)},
                 {"check_name", item.name},
                 {"fingerprint", fmt::format("invitro/{}/{}", list.name, item.name)},
                 {"severity", died ? "blocker" : "major"},
                 {"location",
                  {{"path", list.file.empty() ? list.name : list.file},
                   {"lines", {{"begin", 1}}}}}});
        }
    }
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace invitro::reports
