"""Who may include whom.

    protocol <- model <- scenarios <- sim <- properties <- reports <- main.cpp

A folder may know those to its left and never one to its right. Some libraries are kept to a few
places as well: what a header includes, everything after it pays for and depends on.
"""

import re
from pathlib import Path

from source_text import FOLDERS, Example, Finding, blanked, blanked_cmake, files_below, folder_of
from source_text import line_of, main, read, source_files

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
LINKED = re.compile(r"\binvitro::(\w+)|\b(SimGrid::simgrid)\b")

PACKAGES = re.compile(r"^packages_\w+=\(([^)]*)\)", re.MULTILINE)

SOURCE_SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp")
OTHER_FOLDERS = re.compile(r"\..*|build(-.*)?|cmake|docs")
GENERATED = ("invitro_version.hpp",)

# Too dear, or too intrusive, to reach every file that includes a header of ours.
KEPT_OUT_OF_HEADERS = ("nlohmann/", "boost/graph/", "rapidcheck")

SIMGRID_WHY = "only sim/ knows SimGrid, so that another engine could take its place"


def is_test(path: str) -> bool:
    return path.endswith(("_test.cpp", "_test.hpp", "_fuzz.cpp"))


def may_know(folder: str, other: str) -> bool:
    """Whether a file of the folder ('' for main.cpp) may include one of the other."""
    return not folder or FOLDERS.index(other) <= FOLDERS.index(folder)


def broken_by_own_include(path: str, included: str) -> tuple[str, str] | None:
    """Rule and reason, if including this file of ours is against a rule."""
    folder, other = folder_of(path), folder_of(included)
    if included in GENERATED:
        if folder == "protocol":
            return "protocol-alone", f"protocol/ must build when lifted out, without {included}"
        return None
    if other not in FOLDERS:
        return "path-from-root", f'"{included}" must be written from the project\'s root'
    if not may_know(folder, other):
        return "direction", f"{folder}/ must not know {other}/, which stands to its right"
    if is_test(included) and not is_test(path):
        return "test-only", f"{included} is for tests, and this file is part of the program"
    return None


def broken_by_library(path: str, included: str) -> tuple[str, str] | None:
    """Rule and reason, if including this library's header is against a rule."""
    folder = folder_of(path)
    if included.startswith(("simgrid/", "xbt/")) and folder != "sim":
        return "simgrid-in-sim", f"<{included}>: {SIMGRID_WHY}"
    if included.startswith("rapidcheck") and folder != "properties" and not is_test(path):
        return "rapidcheck-in-properties", f"<{included}>: only properties/ and tests generate"
    if included.startswith(("gtest/", "gmock/")) and not is_test(path):
        return "test-only", f"<{included}>: only *_test.cpp and *_test.hpp may use it"
    if path.endswith(".hpp") and included.startswith(KEPT_OUT_OF_HEADERS):
        return "not-in-headers", f"<{included}> belongs into a .cpp: every includer pays for it"
    return None


def check_includes(root: Path) -> list[Finding]:
    findings = []
    for path in source_files(root):
        text = blanked(read(root, path), keep_literals=True)
        for match in INCLUDE.finditer(text):
            quoted, angled = match.groups()
            ours = quoted or (angled if folder_of(angled) in FOLDERS else None)
            judge = broken_by_own_include if ours else broken_by_library
            broken = judge(path, ours or angled)
            if broken:
                findings.append(Finding(path, line_of(text, match.start(0)), *broken))
    return findings


def check_links(root: Path) -> list[Finding]:
    """The same directions for what the folders' CMakeLists.txt link."""
    findings = []
    for folder in FOLDERS:
        for path in files_below(root, folder, ("CMakeLists.txt",)):
            text = blanked_cmake(read(root, path))
            for match in LINKED.finditer(text):
                other, line = match[1], line_of(text, match.start(0))
                if other in FOLDERS and not may_know(folder, other):
                    why = f"{folder}/ must not link {match[0]}, which stands to its right"
                    findings.append(Finding(path, line, "direction", why))
                if match[2] and folder != "sim":
                    findings.append(Finding(path, line, "simgrid-in-sim", SIMGRID_WHY))
    return findings


def check_top_level(root: Path) -> list[Finding]:
    findings = []
    for entry in sorted(root.iterdir()):
        name = entry.name
        if entry.is_file() and name.endswith(SOURCE_SUFFIXES) and name != "main.cpp":
            why = "main.cpp is the only source file at the top: put this into its folder"
            findings.append(Finding(name, 1, "top-level", why))
        known = name in FOLDERS or OTHER_FOLDERS.fullmatch(name)
        if entry.is_dir() and not known and any(files_below(root, name, SOURCE_SUFFIXES)):
            why = f"source folders are {', '.join(FOLDERS)} and no other"
            findings.append(Finding(name, 1, "top-level", why))
    for folder in FOLDERS:
        for path in files_below(root, folder, SOURCE_SUFFIXES):
            if not path.endswith((".cpp", ".hpp")):
                why = "source files end in .cpp or .hpp: the other checks would pass this one over"
                findings.append(Finding(path, 1, "suffix", why))
    return findings


def check_dependencies(root: Path) -> list[Finding]:
    """Every package that dev installs has its row, with its reason, on the page."""
    if not (root / "dev").exists():
        return []
    text, page = read(root, "dev"), root / "docs/DEPENDENCIES.md"
    recorded = page.read_text(encoding="utf-8") if page.exists() else ""
    findings = []
    for packages in PACKAGES.finditer(text):
        for word in re.finditer(r"[\w.+-]+", packages[1]):
            if f"`{word[0]}`" not in recorded:
                line = line_of(text, packages.start(1) + word.start(0))
                why = f"{word[0]} is not in docs/DEPENDENCIES.md: say why it is needed"
                findings.append(Finding("dev", line, "dependency", why))
    return findings


def check(root: Path) -> list[Finding]:
    parts = (check_includes, check_links, check_top_level, check_dependencies)
    return [finding for part in parts for finding in part(root)]


EXAMPLES = [
    Example(
        "what is allowed",
        {
            "main.cpp": '#include "reports/run.hpp"\n#include "invitro_version.hpp"\n',
            "protocol/a.cpp": '#include "protocol/a.hpp"\n#include <sodium.h>\n',
            "protocol/a_test.cpp": "#include <gtest/gtest.h>\n#include <rapidcheck.h>\n",
            "sim/a.hpp": '#include "scenarios/load.hpp"\n#include <simgrid/s4u.hpp>\n',
            "sim/CMakeLists.txt": "invitro_library(sim PUBLIC invitro::model SimGrid::simgrid)\n",
            "properties/a.cpp": "#include <rapidcheck.h>\n#include <boost/graph/visitors.hpp>\n",
            "docs/example.txt": '#include "nothing"\n',
            "build/x/main.cpp": "",
        },
    ),
    Example(
        "against the arrows",
        {
            "protocol/a.cpp": '\n#include "model/nat.hpp"\n',
            "sim/a.cpp": '#include <reports/page.hpp>\n#  include "properties/monitor.hpp"\n',
        },
        (
            ("protocol/a.cpp", 2, "direction"),
            ("sim/a.cpp", 1, "direction"),
            ("sim/a.cpp", 2, "direction"),
        ),
    ),
    Example(
        "commented out, and in a string",
        {"protocol/a.cpp": '// #include "sim/a.hpp"\n/*\n#include "sim/b.hpp"\n*/\n'},
    ),
    Example(
        "a path that is not from the root, and a generated header in protocol",
        {"protocol/a.cpp": '#include "a.hpp"\n#include "invitro_version.hpp"\n'},
        (("protocol/a.cpp", 1, "path-from-root"), ("protocol/a.cpp", 2, "protocol-alone")),
    ),
    Example(
        "libraries out of their place",
        {
            "model/a.cpp": "#include <simgrid/s4u.hpp>\n#include <xbt/log.h>\n",
            "sim/a.cpp": "#include <rapidcheck.h>\n#include <gtest/gtest.h>\n",
            "properties/a.hpp": "#include <rapidcheck/Gen.h>\n#include <nlohmann/json.hpp>\n",
            "reports/a.hpp": "#include <boost/graph/adjacency_list.hpp>\n",
        },
        (
            ("model/a.cpp", 1, "simgrid-in-sim"),
            ("model/a.cpp", 2, "simgrid-in-sim"),
            ("sim/a.cpp", 1, "rapidcheck-in-properties"),
            ("sim/a.cpp", 2, "test-only"),
            ("properties/a.hpp", 1, "not-in-headers"),
            ("properties/a.hpp", 2, "not-in-headers"),
            ("reports/a.hpp", 1, "not-in-headers"),
        ),
    ),
    Example(
        "the program uses a test's helper",
        {"protocol/a.cpp": '#include "protocol/pair_test.hpp"\n'},
        (("protocol/a.cpp", 1, "test-only"),),
    ),
    Example(
        "linked against the arrows",
        {"model/CMakeLists.txt": "# invitro::sim\nf(invitro::sim\nSimGrid::simgrid)\n"},
        (("model/CMakeLists.txt", 2, "direction"), ("model/CMakeLists.txt", 3, "simgrid-in-sim")),
    ),
    Example(
        "a folder too many, a file too many, a suffix too many",
        {"utils/a.cpp": "", "tool.cpp": "", "model/old.h": ""},
        (("utils", 1, "top-level"), ("tool.cpp", 1, "top-level"), ("model/old.h", 1, "suffix")),
    ),
    Example(
        "a package without a reason",
        {"dev": "packages_build=(\n    cmake g++\n)\n", "docs/DEPENDENCIES.md": "| `cmake` |\n"},
        (("dev", 2, "dependency"),),
    ),
]

if __name__ == "__main__":
    main("structure", check, EXAMPLES)
