"""Tests of left.py and report.py."""

import unittest

import left
import report
import sample
from trial import KILLED, LISTED, NOT_COMPILED, SAME_PROGRAM, SURVIVED, Outcome

TEXT = "int F(int a) {\n  if (a | b || !c) return A_B | C_D;\n  return kA & kB ? d | 1 : e << 2;\n}\n"


def some(count):
    return sample.mutations_of("api/f.cc", TEXT, {})[:count]


class LeftTest(unittest.TestCase):
    def test_an_entry_is_read_as_it_was_written(self):
        mutations = some(100)
        self.assertGreater(len(mutations), 10)
        lines = "\n".join(left.entry(mutation, "because") for mutation in mutations)
        self.assertEqual(left.parse(lines), {mutation.key(): "because" for mutation in mutations})

    def test_comments_and_empty_lines_are_none(self):
        self.assertEqual(left.parse("# file | text | mutation | why\n\n"), {})

    def test_a_line_without_a_reason_is_refused(self):
        for line in ("api/f.cc | a < b | '<' to '<='", "api/f.cc | a < b | '<' to '<=' | ", "nonsense"):
            with self.assertRaises(ValueError):
                left.parse(line)

    def test_an_entry_that_is_there_twice_is_refused(self):
        with self.assertRaises(ValueError):
            left.parse("a | b | c | d\na | b | c | e\n")

    def test_an_entry_is_stale_without_its_line_or_its_mutation(self):
        one = some(1)[0]
        gone = (one.file, "if (x) return;", one.name)
        other = (one.file, one.text, "'x' to 'y'")
        self.assertEqual(left.stale({one.key(): "why", gone: "why", other: "why"}, [one]), [gone, other])


class ReportTest(unittest.TestCase):
    def outcomes(self, *kinds):
        return {mutation: Outcome(kind) for mutation, kind in zip(some(len(kinds)), kinds, strict=True)}

    def test_only_what_compiles_to_another_program_counts(self):
        outcomes = self.outcomes(KILLED, KILLED, KILLED, SURVIVED, NOT_COMPILED, SAME_PROGRAM)
        self.assertEqual(report.percentage(outcomes), 75)
        self.assertIn("3 killed, 1 survived, 0 listed, 1 does not compile, 1 same program", report.summary(outcomes))
        self.assertIn("75.0 %", report.summary(outcomes))

    def test_what_is_listed_is_not_killed(self):
        self.assertEqual(report.percentage(self.outcomes(KILLED, LISTED)), 50)

    def test_the_table_has_a_row_for_each_group_and_the_total(self):
        outcomes = self.outcomes(KILLED, SURVIVED, KILLED)
        rows = report.table(outcomes, lambda mutation: f"start {mutation.start}")
        self.assertEqual(len(rows), 1 + len({mutation.start for mutation in outcomes}))
        self.assertRegex(rows[-1], r"^total +2 of +3 +66\.7 %$")

    def test_passes_if_all_were_killed(self):
        self.assertEqual(report.wrong(self.outcomes(KILLED, KILLED), {}, []), [])

    def test_a_survivor_is_to_be_killed_or_listed(self):
        outcomes = self.outcomes(*[KILLED] * 12, SURVIVED)
        lines = report.wrong(outcomes, {}, [])
        self.assertEqual(len(lines), 2)  # and the percentage
        self.assertIn(left.entry(list(outcomes)[-1]), lines[0])

    def test_too_few_killed_is_wrong_also_if_the_others_are_listed(self):
        outcomes = self.outcomes(KILLED, LISTED)
        reasons = {mutation.key(): "why" for mutation in list(outcomes)[1:]}
        self.assertEqual(report.wrong(outcomes, reasons, []), ["less than 95.0 % were noticed"])

    def test_a_reason_for_what_is_killed_is_wrong(self):
        outcomes = self.outcomes(KILLED)
        lines = report.wrong(outcomes, {mutation.key(): "why" for mutation in outcomes}, [])
        self.assertEqual(len(lines), 1)
        self.assertIn("noticed by", lines[0])

    def test_a_stale_entry_is_wrong(self):
        self.assertEqual(len(report.wrong(self.outcomes(KILLED), {}, [("a", "b", "c")])), 1)

    def test_a_survivor_is_shown_before_and_after(self):
        mutation = next(m for m in some(100) if m.name == "'||' to '&&'")
        self.assertIn("- if (a | b || !c) return A_B | C_D;\n    + if (a | b && !c) return A_B | C_D;", report.described(mutation, TEXT))


if __name__ == "__main__":
    unittest.main()
