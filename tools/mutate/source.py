"""A C++ file as tokens: those that a mutation may touch, and where they stand.

Written for code that clang-format has formatted: an operator with a space on each side is a binary one, and the
angle brackets of a template have none before them.
"""

import bisect
import re
from typing import NamedTuple

from conditions import Conditions

TOKEN = re.compile(
    r"""
      (?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<directive> ^[ \t]*\#(?:\\.|[^\\\n])* )
    | (?P<string> (?:u8|[uUL])?R"(?P<end>[^()\\\s]*)\(.*?\)(?P=end)" | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" )
    | (?P<character> (?:u8|[uUL])?'(?:\\.|[^'\\\n])+' )
    | (?P<number> \.?\d(?:[eEpP][+-]|'?[\w.])* )
    | (?P<name> [A-Za-z_]\w* )
    | (?P<sign> <=>|<<=|>>=|\.\.\.|->\*|::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|. )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
OPENING = {"(": ")", "[": "]", "{": "}"}

# What is in the round brackets after these is no code that runs, or changes nothing that a user could see.
WITHOUT_EFFECT = re.compile(r"static_assert|alignas|alignof|decltype|sizeof|offsetof|noexcept|__attribute__|ABSL_[A-Z_]+")
TRANSPARENT = {"ABSL_PREDICT_TRUE", "ABSL_PREDICT_FALSE"}
# What begins a declaration without code, up to its semicolon.
DECLARES = {"using", "typedef", "friend"}


class Token(NamedTuple):
    kind: str  # string, character, number, name or sign
    text: str
    start: int
    end: int


class Scope(NamedTuple):
    function: bool  # within the body of a function
    nested: bool  # in a block of such a body
    leaves: str  # what a break leaves: "switch", "loop" or nothing


class Source:
    def __init__(self, file, text, macros):
        """`macros` tell branches of the preprocessor that are not compiled: see conditions.py."""
        self.file = file
        self.text = text
        self.tokens = list(_tokens(text, macros))
        self.match = _matching_brackets(self.tokens)
        self._line_starts = [0] + [found.end() for found in re.finditer("\n", text)]
        self._frozen = set(self._ranges_without_effect())
        self._scopes = list(self._scope_of_each_token())

    def line(self, offset):
        """The number of a line, from 1."""
        return bisect.bisect_right(self._line_starts, offset)

    def line_text(self, offset):
        """The line without the white space around it."""
        start = self._line_starts[self.line(offset) - 1]
        return self.text[start:].split("\n", 1)[0].strip()

    def at(self, index):
        """The text of a token, and nothing beyond the ends."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def mutable(self):
        """The tokens that may be changed, with their indices."""
        return ((i, token) for i, token in enumerate(self.tokens) if i not in self._frozen)

    def is_mutable(self, index):
        return index not in self._frozen

    def scope(self, index):
        return self._scopes[index]

    def binary(self, index):
        """Whether an operator stands between two operands."""
        token = self.tokens[index]
        return self.text[token.start - 1].isspace() and self.text[token.end].isspace() and self.at(index - 1) != "operator"

    def end_of_statement(self, index):
        """The index of the semicolon that ends the statement at `index`, or None."""
        while index < len(self.tokens):
            text = self.at(index)
            if text == ";":
                return index
            if text in OPENING.values():
                return None
            index = self.match.get(index, index) + 1
        return None

    def _ranges_without_effect(self):
        for i, token in enumerate(self.tokens):
            if token.kind == "name" and token.text in DECLARES:
                yield from range(i, (self.end_of_statement(i) or i) + 1)
            elif token.kind == "name" and self.at(i + 1) == "(" and token.text not in TRANSPARENT:
                if WITHOUT_EFFECT.fullmatch(token.text):
                    yield from range(i, self.match[i + 1] + 1)
            elif token.text == "template" and self.at(i + 1) == "<":
                yield from range(i, self.end_of_angle_brackets(i + 1) + 1)
            elif token.text == "[" and self.at(i + 1) == "[":
                yield from range(i, self.match[i] + 1)
            elif token.text == "=" and self.at(i + 1) == "0" and self.at(i + 2) == ";" and self.at(i - 1) in (")", "const"):
                yield from range(i, i + 3)  # a pure virtual function

    def end_of_angle_brackets(self, index):
        depth = 0
        for i in range(index, len(self.tokens)):
            depth += {"<": 1, ">": -1, ">>": -2}.get(self.at(i), 0)
            if depth <= 0:
                return i
        return index

    def _scope_of_each_token(self):
        scopes = [Scope(False, False, "")]
        for i, token in enumerate(self.tokens):
            if token.text == "}" and len(scopes) > 1:
                scopes.pop()
            yield scopes[-1]
            if token.text == "{":
                scopes.append(self._scope_behind(i, scopes[-1]))

    def _scope_behind(self, brace, around):
        head = self._head(brace)
        if {"class", "struct", "union", "enum", "namespace", "extern"} & set(head):
            return Scope(False, False, "")
        if head[:1] == ["switch"]:
            return Scope(True, True, "switch")
        if head[:1] in (["for"], ["while"], ["do"]):
            return Scope(True, True, "loop")
        if around.function:
            return Scope(True, True, around.leaves)
        return Scope("(" in head or "]" in head, False, "")

    def _head(self, brace):
        """The words before a brace, back to the end of what stands before them."""
        words = []
        i = brace - 1
        while i >= 0 and not self._ends_head(i):
            words.append(self.at(i))
            if self.at(i) in OPENING.values() and i in self.match:
                i = self.match[i]
                words.append(self.at(i))
            i -= 1
        return words[::-1]

    def _ends_head(self, index):
        # (The colon after a bracket begins the initialisers of a constructor.)
        return self.at(index) in (";", "{", "}") or (self.at(index) == ":" and self.at(index - 1) != ")")


def _tokens(text, macros):
    conditions = Conditions(macros)
    for found in TOKEN.finditer(text):
        kind = found.lastgroup if found.lastgroup != "end" else "string"
        if kind == "directive":
            conditions.directive(found[0].strip())
        elif kind != "space" and conditions.active():
            yield Token(kind, found[0], found.start(), found.end())


def _matching_brackets(tokens):
    """{index of a bracket: index of its other half}, both ways."""
    match, open_ones = {}, []
    for i, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        if token.text in OPENING:
            open_ones.append(i)
        elif token.text in OPENING.values() and open_ones and OPENING[tokens[open_ones[-1]].text] == token.text:
            match[i] = open_ones.pop()
            match[match[i]] = i
    return match
