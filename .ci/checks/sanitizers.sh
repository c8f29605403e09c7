# shellcheck shell=bash
# Sanitizers and fuzzers.

# asan_and_ubsan ARGUMENT...: tests under the address and the undefined behaviour sanitizer.
asan_and_ubsan() { bazel test --config=ci --config=asan --config=ubsan "$@"; }

# The library without the backends of pollers and threads, whose tests take as long as all others.
asan_part() {
  local backend without=()
  for backend in $(configs poller) $(configs thread); do without+=("-//backends/$backend/..."); done
  asan_and_ubsan -- //api/... //backends/... "${without[@]}"
}

# All of the suite but the benchmarks' and soak, which takes as long as all the rest: it runs without them.
asan_and_ubsan_all() {
  asan_and_ubsan "$@" -- //api/... //backends/... //testing/... -//testing/poller/soak/... //tools/relay/... //tools/shell/... //tools/tail/...
}

# tsan ARGUMENT...: tests tagged "threads": the others have one thread, in which there is no race to find.
tsan() { bazel test --config=ci --config=tsan --build_tests_only --test_tag_filters=threads "$@"; }

# fuzz OPTION...: each fuzzer with libFuzzer's options, from the corpus in the repository.
fuzz() {
  local target corpus found
  found=$(mktemp -d)
  for target in //testing/poller/differential:differential_fuzz //testing/python:module_fuzz //tools/relay:options_fuzz \
    //api/multiprocessing/pickle:pickle_fuzz //api/multiprocessing/connection:frame_fuzz //api/multiprocessing/connection:handshake_fuzz \
    //api/multiprocessing/managers:request_fuzz //api/multiprocessing/xml_rpc:xml_rpc_fuzz \
    //api/readline:history_fuzz //backends/line_plain:key_decoder_fuzz //backends/line_plain:inputrc_fuzz; do
    corpus=$PWD/$(tr : / <<<"${target#//}") corpus=${corpus%_fuzz}_corpus
    [[ -d $corpus ]] || corpus=${corpus%/*}/corpus
    bazel run --config=ci --config=fuzz "$target" -- -seed=7 -artifact_prefix="$found/" "$@" "$found" "$corpus" || return 1
  done
  rm -rf "$found"
}
