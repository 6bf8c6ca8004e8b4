"""How the code reads, as far as a script can tell: sizes, names, a word on top of each header, and
links of the documents that lead somewhere.

The limits are not goals: a file aims at half its limit, a function at a third.
"""

import re
from pathlib import Path

from function_lengths import functions
from source_text import FOLDERS, Example, Finding, blanked, files_below, line_of, main, read
from source_text import source_files

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
README_LINES_MAX = 40

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
HEADER_START = re.compile(r"\s*(?://[^\n]*\n\s*|/\*.*?\*/\s*)*#pragma once\s", re.DOTALL)

# Spelt in two parts, so that this file does not hold them.
FORBIDDEN = {
    "TO" + "DO": "finish it, or write down what is missing in docs/",
    "FIX" + "ME": "finish it, or write down what is missing in docs/",
    "/wor" + "k/": "a path of one machine: the project must stand on every other",
}
FORBIDDEN_WORDS = re.compile("|".join(rf"(?<!\w){re.escape(word)}" for word in FORBIDDEN))
TEXT_SUFFIXES = (
    ".cmake .cpp .css .hpp .html .js .json .md .patch .pml .py .sh .txt .yaml .yml"
).split()
TOP_FILES = ("CMakeLists.txt", "CMakePresets.json", "README.md", "dev", ".ci/run")

THROW = re.compile(r"\bthrow\b")

# Code in a document, and the target of a link without its anchor.
MARKDOWN_CODE = re.compile(r"^[ ]*```.*?^[ ]*```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
MARKDOWN_LINK = re.compile(r"\]\(<?([^)\s#>]+)[^)\n]*\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


def is_internal(path: str) -> bool:
    return path.endswith(("_internal.hpp", "_test.hpp"))


def check_sizes(root: Path) -> list[Finding]:
    findings = []
    for path in source_files(root):
        text = read(root, path)
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            why = f"{lines} lines, at most {FILE_LINES_MAX}: find the second purpose and part it"
            findings.append(Finding(path, FILE_LINES_MAX + 1, "file-length", why))
        for function in functions(text):
            if function.length > FUNCTION_LINES_MAX:
                why = f"a function of {function.length} lines, at most {FUNCTION_LINES_MAX}"
                findings.append(Finding(path, function.first_line, "function-length", why))
    return findings


def check_readmes(root: Path) -> list[Finding]:
    findings = []
    for folder in FOLDERS:
        path = f"{folder}/README.md"
        if not (root / folder).is_dir():
            continue
        if not (root / path).exists():
            why = f"{folder}/ has none: what it is, the way in, the order to read"
            findings.append(Finding(path, 1, "readme", why))
        elif read(root, path).count("\n") > README_LINES_MAX:
            why = f"more than {README_LINES_MAX} lines: the headers teach the rest"
            findings.append(Finding(path, README_LINES_MAX + 1, "readme", why))
    return findings


def check_headers(root: Path) -> list[Finding]:
    """A header says first what it is for; a comment may stand before or after #pragma once."""
    findings = []
    for path in source_files(root):
        if not path.endswith(".hpp"):
            continue
        text = read(root, path)
        start = HEADER_START.match(text)
        if not start:
            why = "does not begin with #pragma once"
            findings.append(Finding(path, 1, "header-guard", why))
        elif not is_internal(path):
            rest = text[start.end() :].lstrip()
            if not start[0].lstrip().startswith("/") and not rest.startswith(("//", "/*")):
                why = "a public header begins with its purpose, contract, units, errors, source"
                line = line_of(text, len(text) - len(rest))
                findings.append(Finding(path, line, "header-purpose", why))
    return findings


def check_names(root: Path) -> list[Finding]:
    findings = []
    for path in source_files(root):
        *folders, name = path.split("/")
        for part in (*folders, name.rsplit(".", 1)[0]):
            if not SNAKE_CASE.fullmatch(part):
                why = f"{part}: files and folders are named in snake_case"
                findings.append(Finding(path, 1, "file-name", why))
    return findings


def check_words(root: Path) -> list[Finding]:
    paths = [path for path in TOP_FILES if (root / path).exists()]
    paths += [path for path in source_files(root) if "/" not in path]
    for folder in (*FOLDERS, "cmake", "docs"):
        paths += files_below(root, folder, tuple(TEXT_SUFFIXES))
    findings = []
    for path in paths:
        text = read(root, path)
        for match in FORBIDDEN_WORDS.finditer(text):
            why = f"{match[0]}: {FORBIDDEN[match[0]]}"
            findings.append(Finding(path, line_of(text, match.start(0)), "forbidden-word", why))
    return findings


def check_throws(root: Path) -> list[Finding]:
    findings = []
    for path in source_files(root):
        live_or_test = path.startswith("protocol/live/") or path.endswith("_test.cpp")
        if not path.startswith("protocol/") or live_or_test:
            continue
        text = blanked(read(root, path))
        for match in THROW.finditer(text):
            why = "protocol/ returns a Result: a peer's bad input is no exception, our bug aborts"
            findings.append(Finding(path, line_of(text, match.start(0)), "throw", why))
    return findings


def check_markdown_links(root: Path) -> list[Finding]:
    """A link of a document leads to a file or folder of the project, or to another place on the
    web, which is not looked at."""
    paths = sorted(path.name for path in root.glob("*.md"))
    for folder in (*FOLDERS, "cmake", "docs"):
        paths += files_below(root, folder, (".md",))
    findings = []
    top = root.resolve()
    for path in paths:
        text = MARKDOWN_CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), read(root, path))
        for match in MARKDOWN_LINK.finditer(text):
            target = ((root / path).parent / match[1]).resolve()
            inside = target == top or top in target.parents
            if not ELSEWHERE.match(match[1]) and not (inside and target.exists()):
                why = f"{match[1]}: the link leads to nothing in this project"
                findings.append(Finding(path, line_of(text, match.start(0)), "link", why))
    return findings


def check(root: Path) -> list[Finding]:
    parts = (
        check_sizes,
        check_readmes,
        check_headers,
        check_names,
        check_words,
        check_throws,
        check_markdown_links,
    )
    return [finding for part in parts for finding in part(root)]


def example(name: str, path: str, text: str, *expected: tuple[int, str]) -> Example:
    """A tree of one file, in a folder that has its README."""
    files = {path: text, f"{path.split('/')[0]}/README.md": "What it is.\n"}
    return Example(name, files, tuple((path, line, rule) for line, rule in expected))


LONG, SHORT = "    step();\n" * 69, "    step();\n" * 68
TOO_LONG = "function-length"
EXAMPLES = [
    example("a function at its limit", "sim/a.cpp", f"void f() {{\n{SHORT}}}\n"),
    example("a function over it", "sim/a.cpp", f"\nvoid f() {{\n{LONG}}}\n", (2, TOO_LONG)),
    example(
        "in a namespace, in a class, after a label, with values for members",
        "sim/a.cpp",
        "namespace a::b {\nclass C : public D {\npublic:\n"
        f"    C(int x = 1) noexcept : x_{{x}}, y_{{1}} {{\n{LONG}}}\n}};\n}}\n",
        (4, TOO_LONG),
    ),
    example(
        "a template with defaults and a constraint, a default argument in braces",
        "sim/a.cpp",
        "template <typename T = std::vector<int>>\n    requires std::integral<T>\n"
        f"auto f(Options o = {{}}) -> Result<T> {{\n{LONG}}}\n",
        (1, TOO_LONG),
    ),
    example("an operator", "sim/a.cpp", f"bool operator==(A, B) {{\n{LONG}}}\n", (1, TOO_LONG)),
    example("a lambda", "sim/a.cpp", f"const auto f = [](int x) {{\n{LONG}}};\n", (1, TOO_LONG)),
    example("a test", "sim/a_test.cpp", f"TEST(A, B) {{\n{LONG}}}\n", (1, TOO_LONG)),
    example(
        "in a constrained template",
        "sim/a.cpp",
        f"template <class T>\n    requires X<T>\nstruct S {{\n    void f() {{\n{LONG}}}\n}};\n",
        (4, TOO_LONG),
    ),
    example("data may be long", "sim/a.cpp", f"const int table[] = {{\n{LONG}}};\n"),
    example("so may a type", "sim/a.cpp", f"struct A {{\n{LONG}}};\n"),
    example("so may an enumeration", "sim/a.cpp", f"enum class A : int {{\n{LONG}}};\n"),
    example(
        "braces in literals and comments do not count",
        "sim/a.cpp",
        "void f() {\n    g('{', \"{\");  // {\n}\n" + "int x;\n" * 90,
    ),
    example("a file at its limit", "sim/a.cpp", "int x;\n" * 500),
    example("a file over it", "sim/a.cpp", "int x;\n" * 501, (501, "file-length")),
    Example("no README", {"sim/a.cpp": ""}, (("sim/README.md", 1, "readme"),)),
    Example("a long README", {"sim/README.md": "x\n" * 41}, (("sim/README.md", 41, "readme"),)),
    example("a header with its purpose", "sim/a.hpp", "#pragma once\n\n// The clock.\nint x;\n"),
    example("the purpose on top", "sim/a.hpp", "// The clock.\n#pragma once\n\nint x;\n"),
    example("no purpose", "sim/a.hpp", "#pragma once\n\n#include <x>\n", (3, "header-purpose")),
    example("no guard", "sim/a.hpp", "// The clock.\nint x;\n", (1, "header-guard")),
    example("an internal header", "sim/a_internal.hpp", "#pragma once\n#include <x>\n"),
    example("a name", "sim/EventQueue.cpp", "", (1, "file-name")),
    example("a name of a folder", "sim/event-queue/a.cpp", "", (1, "file-name")),
    example("words", "sim/a.cpp", "\n// TO" + "DO: more\n", (2, "forbidden-word")),
    example("words", "sim/a.json", '{"path": "/wor' + 'k/x"}\n', (1, "forbidden-word")),
    example("no words", "sim/a.cpp", "// build/wor" + "k/ AUTO" + "DO\n"),
    example("a throw", "protocol/a.cpp", "void f() { throw 1; }  // throw\n", (1, "throw")),
    example("a throw at an edge", "protocol/live/a.cpp", "void f() { throw 1; }\n"),
    example("a throw elsewhere", "sim/a.cpp", "void f() { throw 1; }\n"),
    Example(
        "links that lead somewhere",
        {
            "README.md": "[a](docs/a.md), [`b`](docs/a.md#part), [c](#here), [d](docs)\n",
            "docs/a.md": "[top](../README.md) [web](https://example.org/x) `[x](y)`\n"
            "```cpp\n[this](int)\n```\n",
        },
    ),
    Example(
        "links that lead nowhere, and out of the project",
        {
            "README.md": "[a](docs/a.md)\n\n[b](docs/b.md#part)\n",
            "docs/a.md": "```\n[x](y)\n```\n[up](../../a.md) [`c`](c.md)\n",
        },
        (("README.md", 3, "link"), ("docs/a.md", 4, "link"), ("docs/a.md", 4, "link")),
    ),
]

if __name__ == "__main__":
    main("style", check, EXAMPLES)
