"""Fuzz targets: libFuzzer's where it is asked for, the recorded corpus as an ordinary test everywhere."""

load("//platforms:cc.bzl", "someos_cc_binary", "someos_cc_test")

def someos_fuzz_test(name, srcs, corpus, deps, **kwargs):
    """Declares NAME, a libFuzzer program, and NAME_corpus_test, which runs the corpus.

    Args:
      name: run it with `bazel run --config=fuzz //package:NAME -- -max_total_time=60 CORPUS_DIR`.
      srcs: define LLVMFuzzerTestOneInput, which aborts where something is wrong.
      corpus: the files of the corpus.
      deps: of srcs.
      **kwargs: for both.
    """
    someos_cc_binary(
        name = name,
        testonly = True,
        srcs = srcs,
        copts = ["-fsanitize=fuzzer-no-link"],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],  # needs clang and its libFuzzer
        deps = deps,
        **kwargs
    )
    someos_cc_test(
        name = name + "_corpus_test",
        size = "small",
        srcs = srcs,
        args = ["$(rootpath %s)" % file for file in corpus],
        data = corpus,
        deps = deps + ["//testing/fuzz:corpus_main"],
        gtest = False,
        **kwargs
    )
