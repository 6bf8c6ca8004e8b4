#include "scenarios/format/value.hpp"

#include <gtest/gtest.h>

namespace invitro::scenarios::format {
namespace {

Document read(std::string_view text) {
    auto result = read_document(text);
    const auto* flaw = std::get_if<Flaw>(&result);
    EXPECT_EQ(flaw, nullptr) << flaw->message;
    return std::get<Document>(std::move(result));
}

// What stands in the text where the value says it stands.
std::string_view at(std::string_view text, const Value& value, std::size_t length) {
    return text.substr(value.offset, length);
}

TEST(ReadDocument, KnowsWhereEveryKindOfValueStands) {
    constexpr std::string_view text =
        "// comment: \"not\" a {value}\n"
        "{ \"a\" : 12, /* 5, */ \"b\":-1.5e3 ,\"c\":\"x\\\"y\", // 7\n"
        "  \"d\": [1,2 ,3], \"e\": {\"f\": null}, \"g\": true, \"h\":7}";
    const Document document = read(text);
    const Value& root = document.root;
    EXPECT_EQ(at(text, root, 1), "{");
    EXPECT_EQ(at(text, *root.find("a"), 2), "12");
    EXPECT_EQ(at(text, *root.find("b"), 6), "-1.5e3");
    EXPECT_EQ(at(text, *root.find("c"), 6), "\"x\\\"y\"");
    EXPECT_EQ(at(text, *root.find("d"), 1), "[");
    const auto& items = *root.find("d")->as<Value::List>();
    EXPECT_EQ(at(text, items[0], 1), "1");
    EXPECT_EQ(at(text, items[1], 1), "2");
    EXPECT_EQ(at(text, items[2], 1), "3");
    EXPECT_EQ(at(text, *root.find("e")->find("f"), 4), "null");
    EXPECT_EQ(at(text, *root.find("g"), 4), "true");
    EXPECT_EQ(at(text, *root.find("h"), 1), "7");
}

TEST(ReadDocument, KeepsNumbersAsTheyWereWritten) {
    const Document document = read("[18446744073709551616, 1.10, -0]");
    const auto& items = *document.root.as<Value::List>();
    EXPECT_EQ(items[0], Value(Number{"18446744073709551616"}));
    EXPECT_EQ(items[1], Value(Number{"1.10"}));
    EXPECT_EQ(items[2], Value(Number{"-0"}));
}

// The parser has taken the slash already when it tells of the number.
TEST(ReadDocument, FindsWhatFollowsACommentRightAfterANumber) {
    constexpr std::string_view text = "[1/* 5, \"x\" */, 2// [\n, 3]";
    const Document document = read(text);
    const auto& items = *document.root.as<Value::List>();
    EXPECT_EQ(at(text, items[1], 1), "2");
    EXPECT_EQ(at(text, items[2], 1), "3");
}

TEST(ReadDocument, ReadsANumberAtTheVeryEnd) {
    EXPECT_EQ(read("12").root, Value(Number{"12"}));
    EXPECT_EQ(read("12\n").root, Value(Number{"12"}));
}

TEST(ReadDocument, PassesOverAByteOrderMark) {
    const Document document = read("\xEF\xBB\xBF{}");
    EXPECT_EQ(document.root.offset, 3U);
}

TEST(Place, CountsCharactersNotBytes) {
    constexpr std::string_view text = "first\n\"\xC3\xBC\xE2\x82\xAC\" x";
    const Place place = place_of(text, text.find('x'));
    EXPECT_EQ(place.line, 2U);
    EXPECT_EQ(place.column, 6U);
}

TEST(Pointer, EscapesSlashesAndTildes) {
    EXPECT_EQ(pointer_step("EIM/APDF"), "/EIM~1APDF");
    EXPECT_EQ(pointer_step("~"), "/~0");
}

TEST(WriteDocument, BreaksOnlyWhatDoesNotFit) {
    const Value small = Value::Object{{.key = "a", .value = Value::List{true, "x"}}};
    EXPECT_EQ(write_document(small), "{\n  \"a\": [true, \"x\"]\n}\n");
    const std::string word(60, 'w');
    const Value large = Value::Object{{.key = "a", .value = Value::List{word, word}}};
    EXPECT_EQ(write_document(large),
              "{\n  \"a\": [\n    \"" + word + "\",\n    \"" + word + "\"\n  ]\n}\n");
}

}  // namespace
}  // namespace invitro::scenarios::format
