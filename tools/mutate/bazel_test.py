"""Tests of bazel.py with a program that is no Bazel."""

import pathlib
import tempfile
import unittest

from bazel import Bazel, TimeOver


class LimitTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        program = pathlib.Path(directory.name, "tools", "bazel")
        program.parent.mkdir()
        # As Bazel does, it ends at the signal.
        program.write_text("#!/bin/sh\ntrap 'kill $!; exit 8' INT\nif [ \"$1\" = wait ]; then sleep 600 & wait; fi\necho done\n")
        program.chmod(0o755)
        self.bazel = Bazel(directory.name)

    def test_what_takes_longer_is_ended(self):
        self.bazel.limit(0.2)
        with self.assertRaises(TimeOver):
            self.bazel.print("wait")

    def test_what_is_in_time_is_not(self):
        for seconds in (600, None):
            self.bazel.limit(seconds)
            self.assertEqual(self.bazel.print("info"), "done\n")


if __name__ == "__main__":
    unittest.main()
