"""What makes two runs of one seed differ.

Same scenario, seed and version must give the same on every machine, compiler and number of jobs.
clang-tidy sees none of the sins against that, so this looks for their names in the source, with
comments and literals left out. protocol/live and model/live are real programs in the real world,
where clocks are read and the environment counts: they are left alone.
"""

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from source_text import FOLDERS, Example, Finding, blanked, blanked_cmake, files_below, line_of
from source_text import main, read, source_files

# Files that may read the wall clock: they stop long work in time and tell how it goes. What they
# read must never reach a world. A file is added here with its reason in review, not by habit.
WALL_CLOCK_ALLOWED = (
    "sim/campaign/*.cpp",     # time limit and progress of a campaign
    "sim/worker*.cpp",        # a worker that hangs is given up
    "properties/check*.cpp",  # --time, worlds per second
    "*_bench.cpp",            # measuring is their purpose
)

# Correctly rounded by IEEE 754, or exact, so the same everywhere, are sqrt and the likes of floor
# and fabs. The others are not, and the C library picks their code by what the CPU can do.
LIBM = (
    "acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp2 expm1 hypot lgamma log "
    "log10 log1p log2 pow sin sinh tan tanh tgamma"
).split()
# Unqualified, `log(` may be a function of ours: the compiler finds std::log there only by chance.
UNQUALIFIED_LIBM = [name for name in LIBM if name != "log"]
NAMES, BARE_NAMES = "|".join(LIBM), "|".join(UNQUALIFIED_LIBM)
# Not after `.`, `>` or a letter: not a member, not the end of a longer word.
FREE = r"(?<![\w.>:])"


@dataclass(frozen=True)
class Ban:
    rule: str
    pattern: re.Pattern[str]
    why: str
    folders: tuple[str, ...]
    allowed: tuple[str, ...] = ()


SIMULATED = ("protocol/", "model/", "scenarios/", "sim/", "properties/")
EVERYWHERE = (*SIMULATED, "reports/")
ARITHMETIC = ("protocol/", "model/", "sim/", "properties/generate/")
LIVE = ("protocol/live/*", "model/live/*")

BANS = (
    Ban(
        "random",
        re.compile(
            rf"\bstd::random_device\b|{FREE}(?:std::|::)?s?rand\s*\(|\bstd::\w+_distribution\b"
            r"|\bstd::(?:mt19937|minstd_rand|ranlux|knuth_b|default_random_engine)\w*"
            r"|\bstd::(?:ranges::)?(?:shuffle|sample)\b"
        ),
        "draws are hash(seed, subsystem, entity, purpose, attempt); the library's differ between "
        "its implementations, or between runs",
        EVERYWHERE,
    ),
    Ban(
        "wall-clock",
        re.compile(
            r"\b(?:steady|system|high_resolution|file|utc)_clock\b|\bclock_gettime\b"
            rf"|\bgettimeofday\b|{FREE}(?:std::|::)?time\s*\(\s*(?:nullptr|NULL|0|&)"
        ),
        "time is an argument; the machine's clock may be read only in the files this script lists",
        SIMULATED,
        WALL_CLOCK_ALLOWED,
    ),
    Ban(
        "build-time",
        re.compile(r"\b__(?:DATE|TIME|TIMESTAMP)__\b"),
        "the same source must build the same program",
        EVERYWHERE,
    ),
    Ban(
        "unordered",
        re.compile(
            r"\b(?:std|boost)::unordered_|\b(?:std|boost)::hash\b|#\s*include\s*<unordered_"
        ),
        "their order, and std::hash itself, belong to the implementation: use a sorted or dense "
        "container, or XXH3",
        EVERYWHERE,
    ),
    Ban(
        "pointer-order",
        re.compile(r"\bstd::(?:multi)?(?:map|set)<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*"),
        "addresses differ from run to run, and so does an order by them: use an id",
        EVERYWHERE,
    ),
    Ban(
        "environment",
        re.compile(r"\b(?:secure_)?getenv\b"),
        "a world depends on its scenario and seed, not on who runs it",
        SIMULATED,
        ("*_test.cpp",),
    ),
    Ban(
        "libm",
        re.compile(
            rf"(?<!\w)(?:std)?::(?:{NAMES})[fl]?\s*\(|{FREE}(?:{BARE_NAMES})[fl]?\s*\("
            rf"|{FREE}log[fl]\s*\(|#\s*include\s*<boost/math/"
        ),
        "the C library picks its code by CPU, so the last bit differs between machines: use a "
        "committed table in integers",
        ARITHMETIC,
        ("*_test.cpp", "*_bench.cpp"),
    ),
)

BANNED_FLAGS = re.compile(
    r"-march\b|-mtune\b|-mcpu\b|-mavx\w*|-mfma\b|-ffast-math|-Ofast|-funsafe-math-optimizations"
    r"|-ffp-contract=(?!off)"
)
BUILD_FILES = ("CMakeLists.txt", "CMakePresets.json", "dev")
FLAG_WHY = "results must not depend on the machine that built the program"


def check_sources(root: Path) -> list[Finding]:
    findings = []
    for path in source_files(root):
        text = blanked(read(root, path))
        for ban in BANS:
            allowed = (*LIVE, *ban.allowed)
            if not path.startswith(ban.folders) or any(
                fnmatch.fnmatch(path, pattern) for pattern in allowed
            ):
                continue
            for match in ban.pattern.finditer(text):
                why = f"{match[0].strip()}: {ban.why}"
                findings.append(Finding(path, line_of(text, match.start(0)), ban.rule, why))
    return findings


def check_flags(root: Path) -> list[Finding]:
    paths = [path for path in BUILD_FILES if (root / path).exists()]
    for folder in ("cmake", *FOLDERS):
        paths += files_below(root, folder, ("CMakeLists.txt", ".cmake"))
    findings = []
    for path in paths:
        text = blanked_cmake(read(root, path))
        for match in BANNED_FLAGS.finditer(text):
            why = f"{match[0]}: {FLAG_WHY}"
            findings.append(Finding(path, line_of(text, match.start(0)), "flag", why))
    return findings


def check(root: Path) -> list[Finding]:
    return check_sources(root) + check_flags(root)


def one(path: str, text: str, *rules: str) -> Example:
    """A tree of one file, with its findings all in line 1."""
    return Example(f"{path}: {text}", {path: text}, tuple((path, 1, rule) for rule in rules))


EXAMPLES = [
    one("sim/a.cpp", "std::random_device device;", "random"),
    one("sim/a.cpp", "int x = rand();", "random"),
    one("sim/a.cpp", "int x = std::rand( );", "random"),
    one("sim/a.cpp", "int x = draw.rand(); int y = operand(x);"),
    one("model/a.hpp", "std::mt19937_64 engine;", "random"),
    one("model/a.hpp", "std::normal_distribution<double> bell;", "random"),
    one("reports/a.cpp", "std::shuffle(begin, end, engine);", "random"),
    one("sim/world.cpp", "auto now = std::chrono::steady_clock::now();", "wall-clock"),
    one("properties/a.cpp", "std::chrono::system_clock::time_point t;", "wall-clock"),
    one("scenarios/a.cpp", "auto t = time(nullptr);", "wall-clock"),
    one("sim/campaign/progress.cpp", "auto now = std::chrono::steady_clock::now();"),
    one("reports/a.cpp", "auto now = std::chrono::steady_clock::now();"),
    one("protocol/live/a.cpp", 'std::chrono::steady_clock::now(); getenv("X"); std::exp(1.0);'),
    one("protocol/a.cpp", "auto built = __DATE__;", "build-time"),
    one("protocol/a.hpp", "std::unordered_map<int, int> map;", "unordered"),
    one("protocol/a.hpp", "#include <unordered_set>", "unordered"),
    one("sim/a.hpp", "std::hash<int>{}(3);", "unordered"),
    one("sim/a.hpp", "std::set<const Node*> nodes; std::map<Id, Node*> fine;", "pointer-order"),
    one("sim/a.cpp", 'auto home = std::getenv("HOME");', "environment"),
    one("model/a.cpp", "double x = std::exp(1.0);", "libm"),
    one("model/a.cpp", "x = ::log(y) + pow(y, 3.0) + logf(z);", "libm", "libm", "libm"),
    one("model/a.cpp", "double x = std::sqrt(2.0) + std::floor(1.5); model.log(x); explog(x);"),
    one("model/a.cpp", "#include <boost/math/distributions.hpp>", "libm"),
    one("model/a_test.cpp", "double x = std::exp(1.0);"),
    one("reports/a.cpp", "double x = std::exp(1.0);"),
    one("properties/generate/a.cpp", "double x = std::log2(8.0);", "libm"),
    one("properties/a.cpp", "double x = std::log2(8.0);"),
    one("sim/a.cpp", '// rand()\nauto text = "std::hash<int>"; /* getenv */ char c = \'"\';'),
    one("sim/a.cpp", "int n = 1'0; int x = rand(); int m = 1'0;", "random"),
    one("sim/a.cpp", 'auto text = R"x(std::hash " )" getenv)x";'),
    one("cmake/a.cmake", "add_compile_options(-march=native -ffast-math)", "flag", "flag"),
    one("CMakeLists.txt", "# never -march=native\nadd_compile_options(-ffp-contract=off)"),
    Example(
        "the line is named",
        {"sim/a.cpp": "/* one\ntwo */\n\nint x = rand();\n"},
        (("sim/a.cpp", 4, "random"),),
    ),
]

if __name__ == "__main__":
    main("determinism", check, EXAMPLES)
