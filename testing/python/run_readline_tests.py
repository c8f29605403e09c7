"""run_readline_tests.py PATH/MODULE.so TEST: runs Python's own test.TEST with readline.so or someos_rlcompleter.so.

Exits with 77 and a message if that test is not installed, or cannot run with this build of the module.
"""

import os
import sys

import run_python_tests
from rlcompleter_names import module_of


def load(name, path):
    ours = run_python_tests.load(name, path)
    if name == "someos_rlcompleter":
        sys.modules["rlcompleter"] = module_of(ours)
        return sys.modules["rlcompleter"]
    # For the programs that a test starts, which have terminals of their own.
    os.environ["PYTHONPATH"] = os.path.dirname(path)
    os.environ.update(TERM="xterm", INPUTRC=os.devnull)
    return ours


if __name__ == "__main__":
    run_python_tests.main(load)
