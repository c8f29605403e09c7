"""Which lines the preprocessor leaves to the compiler on a platform, as far as the names of systems tell."""

import re

# What each system's compiler defines.
SYSTEMS = {
    "Linux": "__linux__",
    "Darwin": "__APPLE__",
    "FreeBSD": "__FreeBSD__",
    "OpenBSD": "__OpenBSD__",
    "NetBSD": "__NetBSD__",
    "DragonFly": "__DragonFly__",
}
WORD = re.compile(r"&&|\|\||[!()]|\w+|\S")


def macros_of(system):
    """{macro: whether it is defined on the system}; a macro that is not in it may be either."""
    return {macro: name == system for name, macro in SYSTEMS.items()}


class Conditions:
    """Follows #if, #elif, #else and #endif. A condition that cannot be decided takes both ways."""

    def __init__(self, macros):
        self._macros = macros
        self._groups = []  # [whether this branch is taken, whether one before it was], each True, False or None

    def active(self):
        return all(taken is not False for taken, _ in self._groups)

    def directive(self, text):
        """Takes notice of a directive, given from its '#' on."""
        found = re.match(r"#\s*(\w+)(.*)", re.sub(r"\\\n|//.*|/\*.*?\*/", " ", text), re.S)
        if not found:
            return
        kind, rest = found[1], found[2]
        if kind in ("if", "ifdef", "ifndef"):
            self._groups.append([self._value(kind, rest), False])
        elif kind in ("elif", "else") and self._groups:
            group = self._groups[-1]
            group[1] = either(group[1], group[0])
            group[0] = both(negation(group[1]), True if kind == "else" else self._value("if", rest))
        elif kind == "endif" and self._groups:
            self._groups.pop()

    def _value(self, kind, rest):
        if kind == "if":
            return Expression(WORD.findall(rest), self._macros).disjunction()
        defined = self._macros.get(rest.strip())
        return negation(defined) if kind == "ifndef" else defined


def negation(value):
    return None if value is None else not value


def both(left, right):
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left, right):
    return negation(both(negation(left), negation(right)))


class Expression:
    """The value of an #if's words: True, False, or None for "not known". Only `defined` and 0 and 1 are known."""

    def __init__(self, words, macros):
        self._words = words
        self._macros = macros

    def disjunction(self):
        value = self._conjunction()
        while self._take("||"):
            value = either(value, self._conjunction())
        return value

    def _conjunction(self):
        value = self._operand()
        while self._take("&&"):
            value = both(value, self._operand())
        return value

    def _operand(self):
        if self._take("!"):
            return negation(self._operand())
        if self._take("("):
            value = self.disjunction()
            self._take(")")
        elif self._take("defined"):
            bracket = self._take("(")
            value = self._macros.get(self._words.pop(0) if self._words else "")
            if bracket:
                self._take(")")
        else:
            value = {"0": False, "1": True}.get(self._words.pop(0) if self._words else "")
        return value if self._at_end_of_operand() else self._unknown()

    def _at_end_of_operand(self):
        return not self._words or self._words[0] in ("&&", "||", ")")

    def _unknown(self):
        """Skips the rest of a comparison, a call and the like."""
        depth = 0
        while self._words and (depth > 0 or not self._at_end_of_operand()):
            depth += {"(": 1, ")": -1}.get(self._words.pop(0), 0)
        return None

    def _take(self, word):
        if self._words and self._words[0] == word:
            self._words.pop(0)
            return True
        return False
