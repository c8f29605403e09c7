# shellcheck shell=bash
# The choice of backends.

# configs INTERFACE: those that link one backend of it alone, as someos.bazelrc has them from the table of interfaces.
configs() { sed -n "s|^build:\([a-z0-9_]*\) --@someos//platforms:$1=.*|\1|p" someos.bazelrc | grep .; }

# The tests of what depends on the choice, with one backend linked. The relay's own tests run with every backend in the
# default build; here it starts.
with_backend() {
  local linked
  bazel test --config=ci "--config=$1" //api:all //api/multiprocessing/connection:connection_test "//backends/$1/..." \
    //tools/pollers/... //tools/relay:relay_main_test || return 1
  linked=$(bazel run --config=ci "--config=$1" //tools/pollers 2>/dev/null) || return 1
  echo "$linked"
  grep -qx "linked:  $1" <<<"$linked"
}

# The same for mappings: the facade and the backend, with one linked.
with_mapping() { bazel test --config=ci "--config=$1" //api:mmap_test "//backends/$1/..."; }

# Another process cuts and extends a file 100,000 times, while four threads scan their mapping of it.
mapping_storm() {
  bazel test --config=ci --test_env=SOMEOS_STORM_ROUNDS=100000 '--test_filter=*MappingStormTest*' --test_timeout=3600 \
    //backends/mapping_mremap:mremap_conformance_test //backends/mapping_reserve:reserve_conformance_test
}

# The same for locks between processes.
with_lock() { bazel test --config=ci "--config=$1" //api/multiprocessing/synchronize:shared_locks_test "//backends/$1/..."; }

# The same for start methods of processes.
with_process() { bazel test --config=ci "--config=$1" //testing/process/...; }

# Owners of locks, and senders and receivers of queues, are killed at any moment.
lock_kills() {
  bazel test --config=ci --test_env=LOCK_KILLS=10000 '--test_filter=*KillsAtAnyMomentWedgeNothing*' --test_timeout=3600 \
    //backends/lock_robust/... //backends/lock_file/... //api/multiprocessing/queues:shared_queue_test
}

# With one backend of threads: the facade and its example.
with_thread() { bazel test --config=ci "--config=$1" //api:threading_test //testing/python:connection_pool_test "//backends/$1/..."; }

# What can be explored with thread_stepped alone: its facade, the example of find_a_race.md, and our own pollers.
explored() {
  bazel test --config=ci --config=thread_stepped "$@" //api:threads_testing_test //testing/threading/example/... \
    //testing/poller/explored/...
}

# A program that starts threads on thread_dummy has nothing that could start one.
dummy_starts_no_thread() {
  bazel build --config=ci --config=thread_dummy //testing/python:connection_pool || return 1
  local symbols
  symbols=$(nm -C bazel-bin/testing/python/connection_pool) || return 1
  grep -q 'someos::thread_dummy::' <<<"$symbols" || return 1
  ! grep -E 'pthread_create|thrd_create|someos::thread_pthread::' <<<"$symbols"
}

# What multiprocessing has for a program with one thread, and what it refuses.
multiprocessing_with_one_thread() {
  bazel test --config=ci --config=thread_dummy //api/multiprocessing/dummy:one_thread_test
}

# A binary with one backend has no code of the others.
links_poll_alone() {
  bazel build --config=ci --config=poll //tools/relay || return 1
  local symbols
  symbols=$(nm -C bazel-bin/tools/relay/relay) || return 1
  grep -q 'someos::PollPoller' <<<"$symbols" || return 1
  # poll asks an epoll set which file a number names, but never waits for one.
  ! grep -E 'someos::(Epoll|Select|Kqueue)|epoll_p?wait|U p?select@' <<<"$symbols"
}

# The line editors over libraries of the system, with Debian's: the contract, and that the flag links them.
line_engines() {
  local part engine licensed
  part=$(tools/bootstrap/part.sh line_engines) || return 1
  for engine in libedit gnu; do
    bazel test --config=ci "--config=line_$engine" "--repo_env=SOMEOS_LINE_ENGINES=$part/usr" --test_filter=-Readline* \
      "//backends/line_$engine:${engine}_conformance_test" //api:readline_test || return 1
    # The query of README.md.
    licensed=$(bazel cquery --config=ci "--config=line_$engine" "--repo_env=SOMEOS_LINE_ENGINES=$part/usr" \
      'attr(tags, "license=GPL", deps(//api:readline_test))' 2>/dev/null) || return 1
    [ "${licensed%% *}" = "$([ "$engine" = libedit ] || echo //backends/line_gnu:line_gnu)" ] || return 1
  done
  bazel build --config=ci "--repo_env=SOMEOS_LINE_ENGINES=$part/usr" //tools/bench/line //tools/bench/line:instructions
}

# A build that does not ask for them has nothing of GNU readline or libedit.
links_no_line_engine() {
  local program symbols
  bazel build --config=ci //api:readline_test || return 1
  program=bazel-bin/api/readline_test
  symbols=$(nm -C "$program") || return 1
  grep -q 'someos::line_plain::' <<<"$symbols" || return 1
  ! grep -E ' (rl_[a-z]+|el_w?(gets|init|set)|add_history)$|someos::line_(gnu|libedit)::' <<<"$symbols" || return 1
  ! ldd "$program" | grep -E 'libreadline|libhistory|libedit|libtinfo|libncurses'
}

# Every impossible pair of a platform and a backend is refused before anything is compiled, each with the sentence
# that says what is possible (the possible ones are those of the choice tests in //platforms/testing).
impossible_choices() {
  local targets output count
  targets=$(bazel query --config=ci 'filter(":impossible_", //platforms/testing:all)') || return 1
  count=$(wc -l <<<"$targets")
  # shellcheck disable=SC2086  # a list of words
  output=$(bazel build --config=ci --nobuild --keep_going $targets 2>&1) && return 1
  echo "$output"
  [ "$count" -gt 0 ] && [ "$(grep -c 'asks for a backend that this platform does not have' <<<"$output")" -eq "$count" ]
}

# Python's own tests of its modules, run on those that are made of this library, with a Python that has them.
pythons_own_tests() {
  local part output
  local -a dummies=()
  part=$(tools/bootstrap/part.sh python) || return 1
  # The last Pythons with tests of the dummies, which no Debian of today has.
  if command -v python3.8 || command -v python3.7; then dummies=(--test_env=PATH //testing/python:dummy_threading_module_test); fi
  output=$(bazel test --config=ci --test_output=all "--repo_env=SOMEOS_PYTHONS=$part/usr/bin/python3.11" \
    //testing/python:select_module_test //testing/python:mmap_module_test //testing/python:threading_module_test \
    "${dummies[@]}") || { echo "$output" && return 1; }
  echo "$output"
  # Those of select, poll, epoll, selectors, mmap, and four of threads; kqueue's are for the BSDs. A python3.8 on PATH may be
  # no more than a name, so those of the dummies are skipped where it does not run.
  [ "$(grep -cE '^\[       OK \] (SelectModule|MmapModule|ThreadingModule)' <<<"$output")" -eq 9 ]
}

# The same of its line editor: //api:readline as position-independent code, which nothing else needs.
pythons_own_line_tests() {
  local part output
  part=$(tools/bootstrap/part.sh python) || return 1
  output=$(bazel test --config=ci --test_output=all "--repo_env=SOMEOS_PYTHONS=$part/usr/bin/python3.11" \
    //testing/python:readline_module_test //testing/python:rlcompleter_module_test) || { echo "$output" && return 1; }
  echo "$output"
  [ "$(grep -cE '^\[       OK \] (ReadlineModule|RlcompleterModule)' <<<"$output")" -eq 2 ]
}
