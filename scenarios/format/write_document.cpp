#include "protocol/vocabulary/overloaded.hpp"
#include "scenarios/format/value.hpp"

#include <nlohmann/json.hpp>

namespace invitro::scenarios::format {
namespace {

constexpr std::size_t line_length_max = 100;

std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump();
}

template <class Parts, class Print>
std::string joined(char open, const Parts& parts, char close, Print print) {
    std::string text(1, open);
    for (const auto& part : parts) {
        if (&part != &parts.front()) text += ", ";
        text += print(part);
    }
    return text + close;
}

}  // namespace

// Depth is bounded by that of the format itself.
std::string write_line(const Value& value) {  // NOLINT(misc-no-recursion)
    return std::visit(
        protocol::Overloaded{
            [](Null) { return std::string("null"); },
            [](bool flag) { return std::string(flag ? "true" : "false"); },
            [](const Number& number) { return number.text; },
            [](const std::string& text) { return quoted(text); },
            [](const Value::List& items) { return joined('[', items, ']', write_line); },
            [](const Value::Object& members) {
                return joined('{', members, '}', [](const Member& member) {
                    return quoted(member.key) + ": " + write_line(member.value);
                });
            },
        },
        value.content);
}

namespace {

class Printer {
public:
    // `indentation` of the line on which the value begins; `used`, what stands on it already.
    // NOLINTNEXTLINE(misc-no-recursion)
    void print(const Value& value, std::size_t indentation, std::size_t used) {
        std::string line = write_line(value);
        const auto* items = value.as<Value::List>();
        const auto* members = value.as<Value::Object>();
        const bool is_whole_document = used == 0;
        const bool fits = indentation + used + line.size() < line_length_max;
        const bool has_parts =
            (items != nullptr && !items->empty()) || (members != nullptr && !members->empty());
        if (!has_parts || (fits && !is_whole_document)) {
            text_ += line;
        } else if (items != nullptr) {
            print_parts('[', *items, ']', indentation, [&](const Value& item, std::size_t inner) {
                print(item, inner, 1);
            });
        } else {
            print_parts(
                '{', *members, '}', indentation, [&](const Member& member, std::size_t inner) {
                    const std::string key = quoted(member.key) + ": ";
                    text_ += key;
                    print(member.value, inner, key.size() + 1);
                });
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    template <class Parts, class PrintPart>
    void print_parts(
        char open, const Parts& parts, char close, std::size_t indentation, PrintPart print_part) {
        const std::size_t inner = indentation + 2;
        text_ += open;
        for (const auto& part : parts) {
            text_ += &part == &parts.front() ? "\n" : ",\n";
            text_.append(inner, ' ');
            print_part(part, inner);
        }
        text_ += '\n';
        text_.append(indentation, ' ');
        text_ += close;
    }

    std::string text_;
};

}  // namespace

std::string write_document(const Value& value) {
    Printer printer;
    printer.print(value, 0, 0);
    return printer.text() + "\n";
}

}  // namespace invitro::scenarios::format
