"""Tests of operators.py and, through it, of source.py."""

import unittest

from conditions import macros_of
from operators import OPERATORS
from source import Source


def edits(operator, text):
    return list(OPERATORS[operator](Source("a.cc", text, macros_of("Linux"))))


def results(operator, text):
    """The text with each of the operator's edits."""
    return [text[: edit.start] + edit.replacement + text[edit.end :] for edit in edits(operator, text)]


def in_function(operator, body):
    """The same for the body of a function."""
    head, tail = "int F(int a) {\n", "\n}\n"
    return [result[len(head) : -len(tail)] for result in results(operator, head + body + tail)]


class UntouchedTest(unittest.TestCase):
    def check_untouched(self, text):
        for operator in OPERATORS:
            self.assertEqual(results(operator, text), [], f"{operator} on {text}")

    def test_comments(self):
        self.check_untouched("// a < 1 && true\n/* b == 2\n   return true; */\n")

    def test_strings_and_characters(self):
        self.check_untouched('const char* const kText = "1 < 2 && true";\n')
        self.check_untouched("const char kLetter = '0';\n")
        self.check_untouched('const char* const kRaw = R"x(1 == 2 " )x";\n')

    def test_directives(self):
        self.check_untouched('#include "someos/api/1.h"\n#define A \\\n  (1 + 2)\n')

    def test_branches_of_other_systems(self):
        self.check_untouched("#ifdef __linux__\n#else\nint b = 1;\n#endif\n#if defined(__APPLE__)\nbool c = true;\n#endif\n")

    def test_static_assertions_and_annotations(self):
        self.check_untouched("static_assert(sizeof(int) == 4 && true);\n")
        self.check_untouched("int a ABSL_GUARDED_BY(b[0]);\n")
        self.check_untouched("void F() noexcept(true);\n")

    def test_declarations(self):
        self.check_untouched("template <int kCount = 1, bool kFast = true>\nclass A;\n")
        self.check_untouched("virtual int F(int b) const = 0;\n")
        self.check_untouched("using Pair = std::array<int, 2>;\n")
        self.check_untouched("std::vector<std::vector<int>> F(A&& a, B&& b);\nA& operator=(const A& other) = default;\n")

    def test_declarations_in_functions(self):
        self.assertEqual(in_function("statement", "A b(c);\nA::B& d = e;\nstd::vector<A<B>> f;\nconst auto g = h();"), [])

    def test_constructors_are_no_statements(self):
        self.assertEqual(results("statement", "class A {\n public:\n  A();\n  explicit A(B b);\n  ~A();\n};\n"), [])


class RelationalTest(unittest.TestCase):
    def test_each_comparison_has_another(self):
        for before, after in {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}.items():
            self.assertEqual(in_function("relational", f"b = a {before} c;"), [f"b = a {after} c;"])

    def test_angle_brackets_are_none(self):
        self.assertEqual(in_function("relational", "b = static_cast<int>(a);"), [])
        self.assertEqual(results("relational", "bool operator<(A a, B b);\nbool operator== (A a, B b);\n"), [])

    def test_across_lines(self):
        self.assertEqual(in_function("relational", "b = a <\n    c;"), ["b = a <=\n    c;"])


class LogicalTest(unittest.TestCase):
    def test_and_for_or(self):
        self.assertEqual(in_function("logical", "b = c && d;"), ["b = c || d;"])
        self.assertEqual(in_function("logical", "b = c || d;"), ["b = c && d;"])

    def test_a_negation_is_dropped(self):
        self.assertEqual(in_function("logical", "b = !c;"), ["b = c;"])

    def test_a_condition_is_negated(self):
        self.assertEqual(in_function("logical", "if (b) c();"), ["if (!(b)) c();"])
        self.assertEqual(in_function("logical", "while (b(a)) c();"), ["while (!(b(a))) c();"])
        self.assertEqual(in_function("logical", "if constexpr (b) c();"), ["if constexpr (!(b)) c();"])
        self.assertEqual(in_function("logical", "if (A b = c(); b.ok()) d();"), ["if (A b = c(); !(b.ok())) d();"])
        self.assertEqual(in_function("logical", "b = c ? d : e;"), ["b = !(c) ? d : e;"])
        self.assertEqual(in_function("logical", "return c(d) ? e : f;"), ["return !(c(d)) ? e : f;"])

    def test_not_if_another_mutation_is_the_same(self):
        self.assertEqual(in_function("logical", "if (b == c) d();"), [])
        self.assertEqual(in_function("logical", "if (ABSL_PREDICT_TRUE(b == c)) d();"), [])
        self.assertEqual(in_function("logical", "while (true) d();"), [])
        self.assertEqual(in_function("logical", "if (!b) c();"), ["if (b) c();"])

    def test_a_declaration_is_no_condition(self):
        self.assertEqual(in_function("logical", "if (A* b = c()) d();"), [])


class ArithmeticTest(unittest.TestCase):
    def test_binary_operators(self):
        self.assertEqual(in_function("arithmetic", "b = c + d;"), ["b = c - d;"])
        self.assertEqual(in_function("arithmetic", "b = c / d;"), ["b = c * d;"])
        self.assertEqual(in_function("arithmetic", "b = c & d;"), ["b = c | d;"])
        self.assertEqual(in_function("arithmetic", "b -= c;"), ["b += c;"])
        self.assertEqual(in_function("arithmetic", "++b;"), ["--b;"])

    def test_neither_signs_nor_pointers(self):
        self.assertEqual(in_function("arithmetic", "b = -c;"), [])
        self.assertEqual(in_function("arithmetic", "b = *c;"), [])
        self.assertEqual(in_function("arithmetic", "b = &c;"), [])

    def test_shifts_but_not_streams(self):
        self.assertEqual(in_function("arithmetic", "b = c << 8;"), ["b = c >> 8;"])
        self.assertEqual(in_function("arithmetic", "b = c >> kBits;"), ["b = c << kBits;"])
        self.assertEqual(in_function("arithmetic", 'b << "text" << c;'), [])


class ConstantTest(unittest.TestCase):
    def test_numbers_are_one_off(self):
        self.assertEqual(in_function("constant", "b = 0;"), ["b = 1;"])
        self.assertEqual(in_function("constant", "b = 64u;"), ["b = 63u;", "b = 65u;"])
        self.assertEqual(in_function("constant", "b = 0x10;"), ["b = 0xf;", "b = 0x11;"])

    def test_large_ones_are_far_off(self):
        self.assertEqual(in_function("constant", "b = 1'000'000;"), ["b = 100000;", "b = 10000000;"])

    def test_truth(self):
        self.assertEqual(in_function("constant", "b(/*c=*/true);"), ["b(/*c=*/false);"])
        self.assertEqual(results("constant", "bool a = false;\n"), ["bool a = true;\n"])

    def test_not_fractions_and_not_parts_of_names(self):
        self.assertEqual(in_function("constant", "b = 0.5 + c1;"), [])


class ErrnoTest(unittest.TestCase):
    def test_one_for_another(self):
        self.assertEqual(in_function("errno", "if (errno == EINTR) b(EBADF);"), ["if (errno == EAGAIN) b(EBADF);", "if (errno == EINTR) b(EINVAL);"])

    def test_not_names_that_look_like_one(self):
        self.assertEqual(in_function("errno", "b = EPOLLIN;"), [])


class NameTest(unittest.TestCase):
    def test_neighbours(self):
        self.assertEqual(in_function("name", "clock_gettime(CLOCK_MONOTONIC, &b);"), ["clock_gettime(CLOCK_REALTIME, &b);"])
        self.assertEqual(in_function("name", "b = std::min(c, d);"), ["b = std::max(c, d);"])

    def test_not_the_cases_of_a_switch(self):
        self.assertEqual(in_function("name", "switch (b) {\n  case A::kReadable:\n    c();\n}"), [])


class FlagTest(unittest.TestCase):
    def test_each_is_left_out(self):
        self.assertEqual(
            in_function("flag", "b(O_RDONLY | O_CLOEXEC | A::kNonBlocking);"),
            ["b(O_CLOEXEC | A::kNonBlocking);", "b(O_RDONLY | A::kNonBlocking);", "b(O_RDONLY | O_CLOEXEC);"],
        )

    def test_only_names_of_constants(self):
        self.assertEqual(in_function("flag", "b = c | d;"), [])
        self.assertEqual(in_function("flag", "b = O_RDONLY;"), [])


class JumpTest(unittest.TestCase):
    def test_loops(self):
        self.assertEqual(in_function("jump", "while (b) {\n  break;\n}"), ["while (b) {\n  continue;\n}"])
        self.assertEqual(in_function("jump", "while (b) {\n  if (c) continue;\n}"), ["while (b) {\n  if (c) break;\n}"])

    def test_a_case_goes_on_into_the_next(self):
        body = "switch (b) {\n  case 1:\n    c();\n    %s\n  default:\n    d();\n}"
        self.assertEqual(in_function("jump", body % "break;"), [body % ";"])


class StatementTest(unittest.TestCase):
    def test_calls_and_assignments(self):
        self.assertEqual(in_function("statement", "b(c);"), [";"])
        self.assertEqual(in_function("statement", "b->c[1].d(e);"), [";"])
        self.assertEqual(in_function("statement", "A::b<C>(d);"), [";"])
        self.assertEqual(in_function("statement", "*b = c;"), [";"])
        self.assertEqual(in_function("statement", "++b;"), [";"])
        self.assertEqual(in_function("statement", "b = {c, d};"), [";"])
        self.assertEqual(in_function("statement", "b([&] { return c; });"), [";"])

    def test_wherever_a_statement_may_stand(self):
        self.assertEqual(in_function("statement", "if (b) c();\nelse d();"), ["if (b) ;\nelse d();", "if (b) c();\nelse ;"])
        self.assertEqual(in_function("statement", "for (;;) {\n  c();\n}"), ["for (;;) {\n  ;\n}"])
        self.assertEqual(in_function("statement", "switch (b) {\n  case 1:\n    c();\n}"), ["switch (b) {\n  case 1:\n    ;\n}"])
        self.assertEqual(results("statement", "class A {\n  void B() { c(); }\n};\n"), ["class A {\n  void B() { ; }\n};\n"])
        self.assertEqual(in_function("statement", "b = [&] { c(); };"), [";", "b = [&] { ; };"])

    def test_constructors_have_statements(self):
        text = "A::A(int b)\n    : c_(b), d_(c(b)) {\n  e();\n}\n"
        self.assertEqual(results("statement", text), [text.replace("e();", ";")])

    def test_not_what_only_saves_time(self):
        self.assertEqual(in_function("statement", "b.reserve(c);"), [])

    def test_neither_values_nor_conditions_nor_blocks(self):
        self.assertEqual(in_function("statement", "return b ? c : d(e);"), [])
        self.assertEqual(in_function("statement", "A b = {c(), d()};"), [])
        self.assertEqual(in_function("statement", "if (b) {\n}"), [])


class ReturnTest(unittest.TestCase):
    def test_an_early_one_is_left_out(self):
        self.assertEqual(in_function("return", "if (b) return c;\nreturn d;"), ["if (b) ;\nreturn d;"])
        self.assertEqual(in_function("return", "if (b) {\n  c();\n  return d;\n}\ne();"), ["if (b) {\n  c();\n  ;\n}\ne();"])

    def test_the_last_one_stays(self):
        self.assertEqual(in_function("return", "return b;"), [])

    def test_success_in_place_of_a_failure(self):
        self.assertEqual(in_function("return", "return ErrnoStatus(b, c);"), ["return absl::OkStatus();"])
        self.assertEqual(in_function("return", "return absl::InternalError(b);"), ["return absl::OkStatus();"])
        self.assertEqual(in_function("return", "return b;"), [])


if __name__ == "__main__":
    unittest.main()
