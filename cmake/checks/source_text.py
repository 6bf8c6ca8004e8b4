"""What the checks share: which files there are, their text without comments and literals, findings,
and the frame of a command with its self-test.

A check is a function from the project's root to findings. Its self-test gives it small made-up
trees, each with the findings it must bring, so that a check that has gone blind is itself a failing
test.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# In the order in which they may know each other: each one only those before it.
FOLDERS = ("protocol", "model", "scenarios", "sim", "properties", "reports")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.why}"


Check = Callable[[Path], list[Finding]]


@dataclass(frozen=True)
class Example:
    """A made-up tree and the (path, line, rule) of each finding it must bring."""

    name: str
    files: dict[str, str]
    expected: tuple[tuple[str, int, str], ...] = ()


def folder_of(path: str) -> str:
    """The top-level folder of a path from the root, or '' for a file at the top."""
    return path.split("/", 1)[0] if "/" in path else ""


def files_below(root: Path, start: str, suffixes: tuple[str, ...] = ("",)) -> Iterator[str]:
    """Paths from the root of the files below a folder, sorted."""
    for directory, folders, names in os.walk(root / start):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(suffixes):
                yield (Path(directory) / name).relative_to(root).as_posix()


def source_files(root: Path) -> Iterator[str]:
    """Every .cpp and .hpp of the program."""
    for folder in FOLDERS:
        yield from files_below(root, folder, (".cpp", ".hpp"))
    if (root / "main.cpp").exists():
        yield "main.cpp"


def read(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace")


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


COMMENT = r"//(?:\\\n|[^\n])*|/\*.*?\*/"
RAW_STRING = r'(?:u8|[uUL])?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)"'
STRING = r'"(?:\\.|[^"\\\n])*"'
# An apostrophe after a digit or a letter parts the digits of a number.
CHARACTER = r"(?:\b(?:u8|[uUL])|(?<![0-9A-Za-z_]))'(?:\\.|[^'\\\n])+'"
TOKENS = re.compile(
    f"(?P<comment>{COMMENT})|(?P<literal>{RAW_STRING}|{STRING}|{CHARACTER})", re.DOTALL
)


def blanked(text: str, keep_literals: bool = False) -> str:
    """The text with comments, and literals unless kept, turned to blanks: every other character
    stays on its line and in its column."""

    def blank(match: re.Match[str]) -> str:
        if keep_literals and match["literal"]:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return TOKENS.sub(blank, text)


def blanked_cmake(text: str) -> str:
    """CMake or shell text without its comments."""
    return re.sub(r"(?m)(?:^|(?<=\s))#.*$", lambda match: " " * len(match[0]), text)


def self_test(name: str, check: Check, examples: list[Example]) -> int:
    failures = 0
    for example in examples:
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for path, text in example.files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            found = sorted((finding.path, finding.line, finding.rule) for finding in check(root))
        if found != sorted(example.expected):
            failures += 1
            print(f"{name}: {example.name}: expected {sorted(example.expected)}, found {found}")
    print(f"{name}: {len(examples) - failures} of {len(examples)} examples are judged rightly")
    return 1 if failures else 0


def main(name: str, check: Check, examples: list[Example]) -> None:
    parser = argparse.ArgumentParser(description=f"Checks the project's {name}.")
    parser.add_argument("root", nargs="?", default=".", type=Path, help="the project's root")
    parser.add_argument("--self-test", action="store_true", help="show that the check can fail")
    arguments = parser.parse_args()
    if arguments.self_test:
        sys.exit(self_test(name, check, examples))
    findings = sorted(set(check(arguments.root)))
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings")
    sys.exit(1 if findings else 0)
