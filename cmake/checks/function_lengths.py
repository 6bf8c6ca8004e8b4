"""Where the functions of a C++ text begin and end, told by its braces.

This is a heuristic, not a parser. It follows the nesting of namespaces and types and takes every
other outermost block that is not an initialiser for a function. It errs towards calling a block a
function, so that a long one is not passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from source_text import blanked, line_of

TEMPLATE = re.compile(r"^\s*(?:export\s+)?template\s*<")
SCOPE = re.compile(
    r"(?:(?:inline|typedef|static|constexpr|const|using)\s+)*"
    r"(?:(?:namespace|class|struct|union|enum)\b|extern\s*$)"
)
CONSTRAINED_TYPE = re.compile(r"requires\b.*\b(?:class|struct|union)\s+\w+[^()]*$", re.DOTALL)
# The colon after a constructor's parameters: what is braced after a name is then a member's value.
MEMBER_LIST = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")
ASSIGNMENT = re.compile(r"(?<![=!<>+\-*/%&|^])=(?!=)")
LAMBDA = re.compile(r"\]\s*(?:<[^{}]*>\s*)?(?:\([^{}]*\)[^{}=]*)?$")


@dataclass(frozen=True)
class Function:
    first_line: int
    last_line: int

    @property
    def length(self) -> int:
        return self.last_line - self.first_line + 1


def without_template(header: str) -> str:
    """The header without a leading template<...>, whose default arguments hold other signs."""
    while match := TEMPLATE.match(header):
        depth, end = 1, match.end()
        while end < len(header) and depth:
            depth += {"<": 1, ">": -1}.get(header[end], 0)
            end += 1
        header = header[end:]
    return header.strip()


def without_nested(header: str) -> str:
    """The header without what stands in parentheses."""
    depth, kept = 0, []
    for sign in header:
        depth -= sign == ")"
        if depth <= 0:
            kept.append(sign)
        depth += sign == "("
    return "".join(kept)


def kind_of_block(header: str) -> str:
    """What the brace after this header opens: a scope, a function, data, or the value of a member
    or of a default argument, after which the header goes on."""
    header = without_template(re.sub(r"\[\[.*?\]\]|\balignas\s*\([^)]*\)", " ", header))
    if inside_parentheses(header):
        return "value"
    if CONSTRAINED_TYPE.match(header):
        return "scope"
    if SCOPE.match(header) and "(" not in without_nested(header).split(":")[0]:
        return "scope"
    if MEMBER_LIST.search(header) and re.search(r"[\w>]\s*$", header):
        return "value"
    if LAMBDA.search(header):
        return "function"
    plain = without_nested(re.sub(r"\boperator\s*[^\s\w(]+", "operator", header))
    if ASSIGNMENT.search(plain) or "(" not in header:
        return "data"
    return "function"


def simplified(text: str) -> str:
    """The text with comments, literals, directives and access labels turned to blanks."""
    noise = r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*|\b(?:public|private|protected)\s*:(?!:)"
    return re.sub(noise, lambda match: re.sub(r"[^\n]", " ", match[0]), blanked(text))


def inside_parentheses(header: str) -> bool:
    return header.count("(") > header.count(")")


def end_of_block(text: str, position: int) -> int:
    """The offset after the brace that closes the block opened before the position."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, position):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def functions(text: str) -> Iterator[Function]:
    """The outermost functions of a C++ text, in order."""
    text = simplified(text)
    sign = re.compile(r"[{};]")
    header_start = position = 0
    while match := sign.search(text, position):
        position = match.end()
        header = text[header_start : match.start()]
        if match[0] == ";" and inside_parentheses(header):
            continue
        if match[0] == "{":
            kind = kind_of_block(header)
            if kind != "scope":
                position = end_of_block(text, position)
            if kind == "value":
                continue
            if kind == "function":
                first = header_start + len(header) - len(header.lstrip())
                yield Function(line_of(text, first), line_of(text, position - 1))
        header_start = position
