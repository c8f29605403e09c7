# shellcheck shell=bash
# Python's interpreters as peers.

# Whether each line "interop SUBJECT: RAN of POSSIBLE pairs (N interpreters x M roles)" of the input has no pair
# missing and at least $1 interpreters, and there are at least $2 such lines.
matrices_are_complete() {
  awk -v interpreters="$1" -v matrices="$2" '
    / of [0-9]+ pairs \(/ && $1 == "interop" {
      ++found
      if ($3 != $5 || substr($7, 2) + 0 < interpreters) { print "incomplete: " $0; bad = 1 }
    }
    END {
      if (found < matrices) { print found + 0 " matrices instead of " matrices; bad = 1 }
      exit bad
    }'
}

# Every test with the tag "interop", with the interpreters of Debian's packages besides those of this machine.
interop() {
  local part needed=3.11,3.13,3.14 tests output
  for part in python python3.13 python3.14; do tools/bootstrap/part.sh $part || return 1; done
  tests=$(bazel query 'attr(tags, "\binterop\b", tests(//...))') || return 1
  # shellcheck disable=SC2086  # a list of words
  output=$(bazel test --config=ci --test_output=all "--test_env=INTERPRETERS_NEEDED=$needed" $tests) ||
    { echo "$output" && return 1; }
  grep '^interop ' <<<"$output"
  matrices_are_complete 3 "$(wc -w <<<"$tests")" <<<"$output"
}
