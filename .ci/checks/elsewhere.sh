# shellcheck shell=bash
# Other processors and systems.

# The tests of the library on another processor, in qemu's user mode. Not optimised: it is not the speed that counts,
# and half of the time is the compiler's.
emulated() {
  local options=(--config=ci "--config=qemu_$1" --compilation_mode=fastbuild) without=()
  # For 32-bit processors, qemu takes epoll_pwait2's 64-bit timeout for a 32-bit one, that is, for none: waits are
  # right there, but they spin (findings/qemu_epoll_pwait2.sh).
  [ "$1" != armv7 ] || without=(-//backends/epoll:epoll_{conformance,synchronized_conformance,fault,poller}_test)
  # qemu's own sets of descriptors end at FD_SETSIZE: it ends itself when a program gives the kernel longer ones.
  local partly=//backends/select:select_call_waiting_test
  bazel test "${options[@]}" -- //api/... //backends/... -$partly "${without[@]}" &&
    bazel test "${options[@]}" --test_filter=-SelectWaiting.BeyondFdSetsizeIfAsked $partly
}

# The relay for another processor, in qemu, in front of a server: what clients fetch through it is what the server has.
relay_elsewhere() {
  local options=(--config=ci --config=qemu_aarch64 --compilation_mode=fastbuild)
  local emulator=//platforms/toolchains:run_linux_aarch64 relay=//tools/relay
  bazel build "${options[@]}" $emulator $relay || return 1
  .ci/checks/fetch_through_relay.py "$(bazel cquery "${options[@]}" --output=files $emulator 2>/dev/null)" \
    "$(bazel cquery "${options[@]}" --output=files $relay 2>/dev/null)"
}

# The contract of the default backends, and what all of them stand on, on another processor, in qemu's user mode.
conformance_elsewhere() {
  bazel test --config=ci "--config=qemu_$1" --compilation_mode=fastbuild \
    //backends/epoll:epoll_conformance_test //backends/mapping_mremap/... //backends/base/...
}

# The library on another processor, in qemu's user mode: a program that links all of its backends runs.
library_elsewhere() {
  local options=(--config=ci "--config=qemu_$1" --compilation_mode=fastbuild) linked
  linked=$(bazel run "${options[@]}" //tools/pollers 2>/dev/null) || return 1
  echo "$linked"
  grep -q '^linked:  *epoll, poll, select' <<<"$linked"
}

# Whether each program of these is for macOS.
for_macos() {
  local program
  for program; do
    [ "$(od -An -N 4 -t x4 "$program" | tr -d ' ')" = feedfacf ] || return 1
  done
}

# The library and the relay for macOS, without a warning of ours: the relay knows kqueue and nothing of epoll.
macos() {
  local options=(--config=ci "--config=macos_$1" --compilation_mode=fastbuild) relay symbols
  bazel build "${options[@]}" //api:mmap //api:select //api:thread //api:threading //api:trace //tools/pollers //tools/relay || return 1
  relay=$(bazel cquery "${options[@]}" --output=files //tools/relay 2>/dev/null) || return 1
  for_macos "$relay" || return 1
  symbols=$(strings -a "$relay")
  grep -qx '_kevent' <<<"$symbols" && ! grep -q 'epoll_' <<<"$symbols"
}

macos_tests() {
  local options=(--config=ci "--config=macos_$1" --compilation_mode=fastbuild)
  local targets='//api/... + //backends/... + //testing/... + //tools/relay/...' programs
  # shellcheck disable=SC2086  # a list of words
  bazel build "${options[@]}" ${targets// + / } || return 1
  programs=$(bazel cquery "${options[@]}" --output=files "kind('cc_test', $targets)" 2>/dev/null) || return 1
  # shellcheck disable=SC2086  # a list of words
  [ "$(wc -l <<<"$programs")" -gt 50 ] && for_macos $programs
}

# The library for Windows, without a warning of ours, and what it does in wine: its tests, the table of what the backend
# reports, and a program that links it. What is not ported is skipped.
windows() {
  local options=(--config=ci --config=wine_x86_64) linked
  bazel build "${options[@]}" //api/... //backends/... //tools/relay //tools/pollers || return 1
  bazel test "${options[@]}" --test_timeout=1800 //api/... //backends/... //testing/poller/behaviour:behaviour_test || return 1
  linked=$(bazel run "${options[@]}" //tools/pollers 2>/dev/null) || return 1
  echo "$linked"
  grep -q '^linked:  *select' <<<"$linked"
}

# The relay for Windows, in wine, between clients and a server of Linux.
windows_relay() {
  local options=(--config=ci --config=wine_x86_64)
  local emulator=//platforms/toolchains:run_windows_x86_64 relay=//tools/relay
  bazel build "${options[@]}" $emulator $relay || return 1
  .ci/checks/echo_through_relay.py "$(bazel cquery "${options[@]}" --output=files $emulator 2>/dev/null)" \
    "$(bazel cquery "${options[@]}" --output=files $relay 2>/dev/null)"
}

# Without a system's headers and libraries, a build for it says in one sentence what to give.
no_sysroot() {
  local system output
  for system in freebsd openbsd netbsd dragonfly; do
    output=$(bazel build --config=ci "--config=${system}_x86_64" //backends/base:deadline 2>&1) && return 1
    echo "$output"
    grep -q "someos: --config=${system}_x86_64 needs .* --repo_env=SOMEOS_${system^^}_SYSROOT=" <<<"$output" || return 1
  done
}
