# shellcheck shell=bash
# Workspaces that depend on this one (testing/consumers).

# A workspace that depends on this one as a stranger's would, and is written as README.md says.
consumer() {
  local directory=testing/consumers/$1 output file backend
  for file in hello.cc lines.cc workers.cc repeats.cc "$2" BUILD.bazel; do
    readme_has "$directory/$file" || return 1
  done
  for backend in '' $(configs poller); do
    output=$(cd "$directory" && ../../../tools/bazel run ${backend:+"--config=$backend"} //:hello </dev/null 2>/dev/null) || return 1
    echo "$output"
    grep -q "^${backend:-epoll}: 1 ready" <<<"$output" || return 1
  done
  counts_lines "$directory" && workers_work "$directory" && repeats_lines "$directory" && explores "$directory" && needs_abseil_alone "$directory"
}

# Its program that maps a file.
counts_lines() {
  local output
  output=$(cd "$1" && ../../../tools/bazel run //:lines -- "$PWD/hello.cc" 2>/dev/null) || return 1
  echo "$output"
  [ "$output" = "$(wc -l <"$1/hello.cc") lines" ]
}

# Its program that starts threads, and the same without threads.
workers_work() {
  local backend output
  for backend in '' thread_dummy; do
    output=$(cd "$1" && ../../../tools/bazel run ${backend:+"--config=$backend"} //:workers 2>/dev/null) || return 1
    echo "$output"
    [ "$output" = '20 done' ] || return 1
  done
}

# Its program with a line editor, here without a terminal.
repeats_lines() {
  local output
  output=$(cd "$1" && printf 'one\ntwo\n' | ../../../tools/bazel run //:repeats 2>/dev/null) || return 1
  echo "$output"
  [ "$output" = $'> one\n> two\n> ' ]
}

# Its test that runs threads in all orders; in other builds, which cannot, it is skipped.
explores() {
  local output
  output=$(cd "$1" && ../../../tools/bazel test --config=thread_stepped --test_output=all //explored:counter_test 2>/dev/null) || return 1
  echo "$output"
  grep -qx 'explored' <<<"$output" || return 1
  output=$(cd "$1" && ../../../tools/bazel build //explored/... 2>&1) || return 1
  echo "$output"
  grep -q '//explored:counter_test was skipped' <<<"$output"
}

# Nothing but Abseil and what it needs, and the names of what a build for another system or with another flag would need, is
# asked for.
needs_abseil_alone() {
  local packages
  packages=$(cd "$1" && ../../../tools/bazel query 'deps(//:hello + //:lines + //:workers + //:repeats)' --output=package 2>/dev/null) || return 1
  echo "$packages"
  grep -q '^@*abseil-cpp' <<<"$packages" || return 1
  ! sed -n 's|^@*\([^/~+]*\).*|\1|p' <<<"$packages" | sort -u |
    grep -vxE '(abseil-cpp|bazel_skylib|bazel_tools|libkqueue|local_config_cc|platforms|rules_cc|someos|someos_line_(gnu|libedit))?'
}

# The same for another processor, with this repository's toolchain, and run in qemu.
consumer_elsewhere() {
  local output
  output=$(cd testing/consumers/bzlmod && ../../../tools/bazel run --config=qemu_aarch64 //:hello </dev/null 2>/dev/null) || return 1
  echo "$output"
  grep -q '^epoll: 1 ready' <<<"$output"
}

# The same for Windows, from both dependency systems, and run in wine.
consumer_windows() {
  local directory output
  for directory in testing/consumers/bzlmod testing/consumers/workspace; do
    output=$(cd "$directory" && ../../../tools/bazel run --config=wine_x86_64 //woken 2>/dev/null) || return 1
    echo "$output"
    grep -q '^select: woken, 0 ready' <<<"$output" || return 1
  done
}

# A workspace with an Abseil and a C++ toolchain of its own, both of which are used.
consumer_with_its_own() {
  local directory=testing/consumers/own output symbols
  output=$(cd "$directory" && ../../../tools/bazel run //:hello </dev/null 2>/dev/null) || return 1
  echo "$output"
  grep -q '^epoll: 1 ready' <<<"$output" || return 1
  counts_lines "$directory" && workers_work "$directory" && repeats_lines "$directory" || return 1
  symbols=$(nm -C "$directory/bazel-bin/hello") || return 1
  grep -q 'absl::consumers_own::' <<<"$symbols" && ! grep -q 'absl::lts_' <<<"$symbols" &&
    readelf --string-dump=.comment "$directory/bazel-bin/hello" | grep -q 'GCC:'
}
