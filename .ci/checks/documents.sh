# shellcheck shell=bash
# What README.md and SECURITY.md say.

# The commands of README.md, as they stand there: the lines of its blocks marked "sh".
# shellcheck disable=SC2016  # no expressions
readme_commands() { sed -n '/^```sh$/,/^```$/p' README.md | grep '^tools/bazel'; }

readme_command_is() { readme_commands | grep -qxF -- "$1"; }

# Whether README.md holds a file word for word.
readme_has() {
  python3 - "$1" <<'PYTHON'
import sys
text = open(sys.argv[1]).read().strip()
if text not in open("README.md").read():
    sys.exit(f"README.md does not hold {sys.argv[1]} as it is")
PYTHON
}

# The first thing a stranger does, and the second.
demo() {
  readme_command_is 'tools/bazel run //tools/relay -- --demo' &&
    tools/bazel run //tools/relay -- --demo </dev/null
}
# //tools/shell:terminal_test has its output; this is the command.
shell_demo() {
  readme_command_is 'tools/bazel run //tools/shell -- --demo' && readme_command_is 'tools/bazel run //tools/shell' &&
    tools/bazel run --config=ci //tools/shell -- --demo </dev/null
}
tests() {
  readme_command_is 'tools/bazel test //...' &&
    tools/bazel test //... --config=ci
}

# Each test that SECURITY.md names is there.
security_names_tests() {
  local name suite test count=0
  while read -r name; do
    suite=${name%.*} test=${name#*.}
    [ "$test" != '*' ] || test='\w+'
    count=$((count + 1))
    grep -rqE "TEST(_F|_P)?\($suite, $test\)" --include='*.cc' --include='*.h' api backends testing tools || {
      echo "SECURITY.md names $name, which is no test"
      return 1
    }
  done < <(grep -oE '[A-Z][A-Za-z]+(Test|Object)\.([A-Z][A-Za-z]+|\*)' SECURITY.md)
  [ "$count" -gt 10 ]
}
