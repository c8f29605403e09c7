"""Makes Python's rlcompleter of the module someos_rlcompleter: what is Python the language, such as its names and objects."""

import builtins
import inspect
import keyword
import types
import warnings

import __main__


def module_of(ours):
    """A module with the Completer that Python's rlcompleter has."""
    words_with_colon = {"finally", "try"}
    words_alone = {"False", "None", "True", "break", "continue", "pass", "else", "_"}

    def keyword_kind(word):
        if word in words_with_colon:
            return ours.KEYWORD_WITH_COLON
        return ours.WORD_KEYWORD if word in words_alone else ours.KEYWORD

    def kind_of(value):
        if not callable(value):
            return ours.VALUE
        try:
            has_parameters = bool(inspect.signature(value).parameters)
        except ValueError:
            has_parameters = True
        return ours.CALLABLE if has_parameters else ours.CALLABLE_WITHOUT_ARGUMENTS

    def members(kind):
        """The names of a class and of its bases."""
        names = set(dir(kind))
        return names.union(*map(members, getattr(kind, "__bases__", ())))

    def attribute(value, name):
        # A property is not asked for its value.
        if isinstance(getattr(type(value), name, None), property):
            return (name, ours.VALUE, lambda: children(getattr(value, name)))
        found = getattr(value, name, None)
        return (name, ours.VALUE if found is None else kind_of(found), lambda: children(found))

    def children(value):
        names = set(dir(value)) | members(value.__class__) | {"__class__"}
        return [attribute(value, name) for name in names - {"__builtins__"}]

    def global_names(namespace):
        scope = {**builtins.__dict__, **namespace}
        for word in keyword.kwlist + getattr(keyword, "softkwlist", []):
            constants = {"False": False, "None": None, "True": True}
            value = constants.get(word, scope.get(word))
            yield word, keyword_kind(word), lambda value=value: children(value)
        for each in (namespace, builtins.__dict__):
            for name, value in each.items():
                if name != "__builtins__":
                    yield name, kind_of(value), lambda value=value: children(value)

    class Completer:
        def __init__(self, namespace=None):
            if namespace and not isinstance(namespace, dict):
                raise TypeError("namespace must be a dictionary")
            self.use_main_ns = namespace is None
            self.namespace = namespace
            self.completer = ours.Completer(lambda: list(global_names(self.names())))

        def names(self):
            return __main__.__dict__ if self.use_main_ns else self.namespace

        def complete(self, text, state):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.completer.complete(text, state)

        def global_matches(self, text):
            return self.completer.matches(text)

        def attr_matches(self, text):
            return self.completer.matches(text)

    module = types.ModuleType("rlcompleter")
    module.Completer = Completer
    module._readline_available = False
    return module
