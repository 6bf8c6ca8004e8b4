"""What the documents say shows or guards a rule must exist.

A test is named in backquotes as `Suite.name`, a whole suite as `Suite.*`. In the columns of tables that
are headed `property` or `properties`, and `scenario` or `scenarios`, words in backquotes are such names.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from source_text import Example, Finding, blanked, files_below, line_of, main, read
from source_text import source_files

DOCUMENTS = "docs"
TEST = re.compile(
    r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST(?:_FIXTURE)?_PROP)\s*\(\s*(\w+)\s*,\s*(\w+)"
)
PROPERTY = re.compile(r'\.id\s*=\s*"([a-z0-9-]+)"')
NAMED_TEST = re.compile(r"`([A-Z]\w*)\.(\w+|\*)`")
CODE = re.compile(r"`([^`\n]+)`")
# Names of files begin with a capital letter too.
FILE_SUFFIXES = ("txt", "md", "cpp", "hpp", "json", "py")


def tests_of(root: Path) -> set[tuple[str, str]]:
    """Every (suite, name)."""
    tests = set()
    for path in source_files(root):
        if path.endswith("_test.cpp"):
            tests.update(TEST.findall(blanked(read(root, path))))
    return tests


def properties_of(root: Path) -> set[str]:
    texts = (read(root, path) for path in files_below(root, "properties/catalogue", (".cpp",)))
    return {name for text in texts for name in PROPERTY.findall(text)}


def scenarios_of(root: Path) -> set[str]:
    paths = files_below(root, "scenarios", (".json",))
    return {Path(path).stem for path in paths if not path.endswith(".schema.json")}


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def words_in_columns(text: str) -> Iterator[tuple[str, int, str]]:
    """(heading, line, word) for each word in backquotes in a table's body."""
    headings: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            headings = []
        elif not headings:
            headings = cells_of(line)
        else:
            for heading, cell in zip(headings, cells_of(line)):
                for word in CODE.findall(cell):
                    yield heading, number, word


def check_tests(path: str, text: str, tests: set[tuple[str, str]]) -> list[Finding]:
    suites = {suite for suite, _ in tests}
    findings = []
    for match in NAMED_TEST.finditer(text):
        suite, name = match.groups()
        exists = suite in suites if name == "*" else (suite, name) in tests
        if not exists and name not in FILE_SUFFIXES:
            why = f"{suite}.{name}: there is no such test"
            findings.append(Finding(path, line_of(text, match.start(0)), "test", why))
    return findings


def check_columns(
    path: str, text: str, properties: set[str], scenarios: set[str]
) -> list[Finding]:
    known = {
        "property": ("property", properties),
        "properties": ("property", properties),
        "scenario": ("scenario", scenarios),
        "scenarios": ("scenario", scenarios),
    }
    findings = []
    for heading, line, word in words_in_columns(text):
        rule, names = known.get(heading, ("", set()))
        is_command = rule == "scenario" and word.startswith("invitro ")
        if rule and not is_command and word not in names:
            findings.append(Finding(path, line, rule, f"{word}: there is no such {rule}"))
    return findings


def check(root: Path) -> list[Finding]:
    tests, properties, scenarios = tests_of(root), properties_of(root), scenarios_of(root)
    findings = []
    for path in files_below(root, DOCUMENTS, (".md",)):
        text = read(root, path)
        findings += check_tests(path, text, tests)
        findings += check_columns(path, text, properties, scenarios)
    return findings


TREE = {
    "protocol/a_test.cpp": "TEST(Wire, is_read) {}\nTEST_F(Bench,\n       IsWarm) {}\n"
    "// TEST(Old, one)\n",
    "properties/catalogue/a.cpp": 'Property{.info = {.id = "ring-once",\n',
    "scenarios/lossy.json": "{}\n",
    "scenarios/scenario.schema.json": "{}\n",
}
TABLE = "| rule | tests | scenarios | properties |\n| --- | --- | --- | --- |\n"
EXAMPLES = [
    Example(
        "what exists",
        {
            **TREE,
            "docs/a.md": "`Wire.is_read`, `Bench.IsWarm`, `Wire.*`, `CMakeLists.txt`, `a.b`\n\n"
            f"{TABLE}"
            "| 1 | `Wire.is_read` | `lossy`, `invitro nat-matrix` | `ring-once` |\n"
            "\n| key | value |\n| --- | --- |\n| `nothing` | `known` |\n",
        },
    ),
    Example(
        "what does not",
        {
            **TREE,
            "docs/a.md": f"`Wire.is_written` `Old.one`\n`Olds.*`\n{TABLE}"
            "| 1 | x | `scenario.schema`, `lossy` | `ring-once`, `ring-twice` |\n",
        },
        (
            ("docs/a.md", 1, "test"),
            ("docs/a.md", 1, "test"),
            ("docs/a.md", 2, "test"),
            ("docs/a.md", 5, "scenario"),
            ("docs/a.md", 5, "property"),
        ),
    ),
]

if __name__ == "__main__":
    main("promises", check, EXAMPLES)
