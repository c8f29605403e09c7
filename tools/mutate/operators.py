"""The operators: each takes a Source and yields the edits that plant one small bug each."""

import errno
import re
from typing import NamedTuple


class Edit(NamedTuple):
    start: int
    end: int
    replacement: str
    name: str  # what a person reads


def swapped(token, replacement):
    name = f"{token.text} to {replacement}" if token.kind != "sign" else f"'{token.text}' to '{replacement}'"
    return Edit(token.start, token.end, replacement, name)


# ---- comparisons and logic -----------------------------------------------------------------------------------------

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
CONNECTIVES = {"&&": "||", "||": "&&"}


def relational(source):
    """One comparison for another."""
    for i, token in source.mutable():
        if token.text in COMPARISONS and source.binary(i):
            yield swapped(token, COMPARISONS[token.text])


def logical(source):
    """`and` for `or`, and a condition for its opposite."""
    for i, token in source.mutable():
        if token.text in CONNECTIVES and source.binary(i):
            yield swapped(token, CONNECTIVES[token.text])
        elif token.text == "!" and token.kind == "sign" and not source.binary(i):
            yield Edit(token.start, token.end, "", "'!' dropped")
        elif token.text in ("if", "while") or token.text == "?":
            found = _condition(source, i)
            if found and not _negated_otherwise(source, *found):
                start, end = source.tokens[found[0]].start, source.tokens[found[1] - 1].end
                yield Edit(start, end, f"!({source.text[start:end]})", "condition negated")


def _condition(source, index):
    """The tokens [first, last) of the condition of an `if`, a `while` or a `?`, or None."""
    if source.at(index) == "?":
        first = index
        while source.at(first - 1) not in ("(", "[", "{", ",", ";", "=", "return", "?", ":", ""):
            first = source.match.get(first - 1, first - 1)
        return (first, index) if first < index else None
    bracket = index + 2 if source.at(index + 1) == "constexpr" else index + 1
    if source.at(bracket) != "(":
        return None
    last = source.match[bracket]
    first = bracket + 1
    for i in _top_level(source, first, last):
        if source.at(i) == ";":
            first = i + 1
    if any(source.at(i) == "=" for i in _top_level(source, first, last)):
        return None  # a declaration
    return first, last


def _negated_otherwise(source, first, last):
    """Whether another operator makes the same of a condition: it is one comparison, a negation or a constant."""
    if source.at(first).startswith("ABSL_PREDICT_") and source.match.get(first + 1) == last - 1:
        first, last = first + 2, last - 1
    inside = [source.at(i) for i in _top_level(source, first, last)]
    if any(text in CONNECTIVES for text in inside):
        return False
    return inside[:1] == ["!"] or inside in (["true"], ["false"]) or sum(text in COMPARISONS for text in inside) == 1


def _top_level(source, first, last):
    """The indices in [first, last) that are not within brackets in it."""
    i = first
    while i < last:
        yield i
        i = source.match[i] + 1 if source.match.get(i, 0) > i else i + 1


# ---- arithmetic and constants --------------------------------------------------------------------------------------

ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<"}
ASSIGNED = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=", "^=": "|=", "<<=": ">>=", ">>=": "<<="}
STEPS = {"++": "--", "--": "++"}
NUMBER = re.compile(r"(0[xX][0-9a-fA-F']+|[0-9][0-9']*)([uUlLzZ]*)")
# From here on, one more or less is not what a bug would be.
LARGE = 10_000


def arithmetic(source):
    """One arithmetic operator for another."""
    for i, token in source.mutable():
        if token.kind != "sign":
            continue
        if token.text in ARITHMETIC and source.binary(i) and not _is_stream(source, i):
            yield swapped(token, ARITHMETIC[token.text])
        elif token.text in ASSIGNED or token.text in STEPS:
            yield swapped(token, ASSIGNED.get(token.text) or STEPS[token.text])


def _is_stream(source, index):
    """Shifts are by a number or a constant; streams take anything else."""
    shift = source.tokens[index].text in ("<<", ">>")
    return shift and not re.match(r"\d|k[A-Z]", source.at(index + 1))


def constants(source):
    """A number that is one off, or ten times as large or small; true for false."""
    for i, token in source.mutable():
        if token.text in ("true", "false"):
            yield swapped(token, "false" if token.text == "true" else "true")
        elif token.kind == "number" and (found := NUMBER.fullmatch(token.text)):
            digits, suffix = found[1].replace("'", ""), found[2]
            value = int(digits, 16) if digits[:2] in ("0x", "0X") else int(digits, 8 if digits[0] == "0" else 10)
            others = (value - 1, value + 1) if value < LARGE else (value // 10, value * 10)
            for other in others:
                if other >= 0:
                    text = hex(other) if digits[:2] in ("0x", "0X") else str(other)
                    yield swapped(token, text + suffix)


# ---- names that stand beside others --------------------------------------------------------------------------------

ERRNOS = set(errno.errorcode.values())
SWAPPED_ERRNOS = {"EINTR": "EAGAIN", "EAGAIN": "EINTR", "EINVAL": "EBADF"}
SWAPPED_NAMES = {
    "CLOCK_MONOTONIC": "CLOCK_REALTIME",
    "InfiniteDuration": "ZeroDuration",
    "ZeroDuration": "InfiniteDuration",
    "kReadable": "kWritable",
    "kWritable": "kReadable",
    "max": "min",
    "min": "max",
}
FLAG = re.compile(r"k[A-Z]\w*|[A-Z][A-Z0-9_]{2,}")


def errnos(source):
    """One errno for another."""
    for _, token in source.mutable():
        if token.kind == "name" and token.text in ERRNOS:
            yield swapped(token, SWAPPED_ERRNOS.get(token.text, "EINVAL"))


def names(source):
    """A constant or a function for its neighbour: a clock, an end of time, a direction, an extreme."""
    for i, token in source.mutable():
        if token.text in SWAPPED_NAMES and source.at(i - 1) not in (".", "->") and not _is_case(source, i):
            yield swapped(token, SWAPPED_NAMES[token.text])


def _is_case(source, index):
    while source.at(index) not in (";", "{", "}", "case", ""):
        index -= 1
    return source.at(index) == "case"


def flags(source):
    """A flag left out of those that are joined with |."""
    for i, token in source.mutable():
        if token.kind != "name" or not FLAG.fullmatch(token.text):
            continue
        first = i
        while source.at(first - 1) == "::" and first >= 2:
            first -= 2
        if _joins(source, i + 1):
            yield Edit(source.tokens[first].start, source.tokens[i + 2].start, "", f"without {token.text}")
        elif _joins(source, first - 1):
            yield Edit(source.tokens[first - 2].end, token.end, "", f"without {token.text}")


def _joins(source, index):
    return source.at(index) == "|" and source.binary(index)


# ---- statements ----------------------------------------------------------------------------------------------------

# What a statement that is no expression begins with.
KEYWORDS = set(
    "alignas auto bool break case char class const constexpr continue default delete do double else enum extern float for goto"
    " if inline int long private protected public return short signed static static_assert struct switch template throw"
    " try typedef typename union unsigned using void volatile while".split()
)
BEFORE_STATEMENT = (";", "{", "}", "else", "do")
# Calls without which everything is as it was, but for the time that it takes.
FOR_SPEED = {"reserve", "shrink_to_fit"}


def statements(source):
    """A call or an assignment left out."""
    for first, last in _statements(source):
        token = source.tokens[first]
        if token.text not in KEYWORDS and not _is_declaration(source, first) and not _is_for_speed(source, first, last):
            yield Edit(token.start, source.tokens[last].end, ";", "statement deleted")


def returns(source):
    """An early return left out; success in place of a failure."""
    for first, last in _statements(source):
        token = source.tokens[first]
        if token.text != "return":
            continue
        if _is_guarded(source, first):
            yield Edit(token.start, source.tokens[last].end, ";", "return deleted")
        value = source.tokens[first + 1 : last]
        if value and (value[0].text == "ErrnoStatus" or any(part.text.endswith("Error") for part in value[:3])):
            yield Edit(value[0].start, value[-1].end, "absl::OkStatus()", "OK returned")


def jumps(source):
    """break for continue, continue for break, a case that goes on into the next one."""
    for i, token in source.mutable():
        if token.text == "continue":
            yield swapped(token, "break")
        elif token.text == "break" and source.scope(i).leaves == "switch":
            yield Edit(token.start, token.end, "", "break dropped")
        elif token.text == "break":
            yield swapped(token, "continue")


def _statements(source):
    """(first token, its semicolon) of the statements in functions that are not blocks."""
    for i, token in source.mutable():
        if source.scope(i).function and token.text not in ("{", "}", ";") and _begins_statement(source, i):
            last = source.end_of_statement(i)
            if last is not None and last > i:
                yield i, last


def _begins_statement(source, index):
    before = source.at(index - 1)
    if before == ")":
        opening = source.match.get(index - 1, 0)
        control = source.at(opening - 2) if source.at(opening - 1) == "constexpr" else source.at(opening - 1)
        return control in ("if", "for", "while")
    if before == ":":
        return _follows_label(source, index - 1)
    return before in BEFORE_STATEMENT and not _is_within_initialiser(source, index)


def _follows_label(source, colon):
    i = colon - 1
    while source.at(i) not in (";", "{", "}", "?", "case", "default", ""):
        i -= 1
    return source.at(i) in ("case", "default")


def _is_within_initialiser(source, index):
    """Whether a brace before it is one of a value and not one of a block."""
    return source.at(index - 1) == "{" and source.at(index - 2) not in (")", "{", "}", ";", ":", "else", "do", "const", "mutable", "]")


def _is_declaration(source, first):
    """Whether it is a type, and a name behind it."""
    i = first + (source.at(first) == "::")
    if source.tokens[i].kind != "name":
        return False
    while True:
        i += 1
        if source.at(i) == "<" and not source.binary(i):
            i = source.end_of_angle_brackets(i) + 1
        if source.at(i) != "::":
            break
        i += 1
    return source.tokens[i].kind == "name" or (source.at(i) in ("&", "&&", "*") and not source.binary(i))


def _is_for_speed(source, first, last):
    return any(source.at(i) in FOR_SPEED and source.at(i + 1) == "(" for i in range(first, last))


def _is_guarded(source, first):
    """Whether what follows runs too if a return does not: it hangs on a condition."""
    return source.at(first - 1) in (")", "else") or source.scope(first).nested


OPERATORS = {
    "arithmetic": arithmetic,
    "constant": constants,
    "errno": errnos,
    "flag": flags,
    "jump": jumps,
    "logical": logical,
    "name": names,
    "relational": relational,
    "return": returns,
    "statement": statements,
}
