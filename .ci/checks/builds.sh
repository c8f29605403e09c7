# shellcheck shell=bash
# Compilers, flags and dependency systems.

# The library's own targets, without what is for its tests, for other systems or, as the engines of line editors, by request only.
library_targets() {
  local all='kind("cc_library rule", //api/... + //backends/...)'
  bazel cquery --config=ci "$all except attr(testonly, 1, $all) except attr(tags, manual, $all)" --output=starlark \
    --starlark:expr='"" if "IncompatiblePlatformProvider" in providers(target) else "//%s:%s" % (target.label.package, target.label.name)' |
    sed '/^$/d' | sort -u
}

# The library by itself compiles without a warning with GCC as C++17 without exceptions and RTTI. (C++17 with clang, which is
# the default compiler in the private Bazel, is what the tests are; C++23 with clang, without exceptions, is
# no_constructor_no_exception; C++17 with GCC and exceptions is consumer_with_its_own.)
compiles_with_gcc() {
  local targets
  targets=$(library_targets) || return 1
  # shellcheck disable=SC2086  # a list of words
  bazel build --config=ci --compilation_mode=fastbuild --output_groups=compilation_outputs --repo_env=CC=gcc \
    --cxxopt=-fno-exceptions --cxxopt=-fno-rtti -- $targets
}

# The library compiles as C++23, without exceptions, without RTTI and without a global constructor of its own, apart from
# fork_guard.cc's (libstdc++'s, for <iostream>, comes with Abseil's headers), and its objects throw nothing.
no_constructor_no_exception() {
  local targets objects
  targets=$(library_targets) || return 1
  # shellcheck disable=SC2086  # a list of words
  bazel build --config=ci --compilation_mode=fastbuild --cxxopt=-std=c++23 '--per_file_copt=^(api|backends)/@-fno-exceptions,-fno-rtti,-Werror=global-constructors' $targets ||
    return 1
  # A target of headers has no folder of objects.
  # shellcheck disable=SC2046  # a list of folders
  objects=$(find $(sed 's|^//\(.*\):\(.*\)|bazel-bin/\1/_objs/\2|' <<<"$targets") -name '*.o' 2>/dev/null)
  [ "$(wc -l <<<"$objects")" -ge 20 ] || return 1
  # shellcheck disable=SC2086  # a list of words
  ! nm $objects | grep -E '__cxa_(throw|rethrow|allocate_exception)'
}

# What --config=hardened is to bring about, in the relay.
hardened() {
  local relay=bazel-bin/tools/relay/relay headers symbols
  bazel build --config=ci --config=hardened_x86_64 //tools/relay || return 1
  headers=$(readelf --wide --file-header --program-headers --dynamic --notes "$relay") || return 1
  symbols=$(nm --dynamic "$relay") || return 1
  grep -q 'Type: *DYN' <<<"$headers" && grep -q 'GNU_RELRO' <<<"$headers" && grep -qE 'FLAGS.*NOW' <<<"$headers" &&
    grep -qE 'GNU_STACK.* RW ' <<<"$headers" && grep -q '__stack_chk_fail' <<<"$symbols" &&
    grep -qE '__(read|memcpy|vsnprintf|snprintf|FD)_?_chk' <<<"$symbols" && objdump -d "$relay" | grep endbr64 >/dev/null &&
    "$relay" --demo </dev/null
}

# The library without its tests, which take four times as long.
tidy_library() {
  local targets
  targets=$(library_targets) || return 1
  # shellcheck disable=SC2086  # a list of words
  bazel build --config=ci --config=tidy $targets
}

# With WORKSPACE in place of MODULE.bazel, all of it is analysed. (The consumer with WORKSPACE builds the library.)
with_workspace() {
  bazel build --config=ci --config=workspace --nobuild //... &&
    bazel test --config=ci --config=workspace //platforms/...
}

# What is linked runs on the machine itself, not only in the private Bazel's root.
runs_outside() {
  bazel build --config=ci //tools/relay && bazel-bin/tools/relay/relay --help >/dev/null
}

# With the sources of Abseil 20230125.3 in the directory $OLDEST_ABSEIL, which are in no package: the oldest that README
# promises.
oldest_abseil() {
  [ -n "${OLDEST_ABSEIL:-}" ] || {
    echo "OLDEST_ABSEIL names no directory with the sources of Abseil 20230125.3"
    return 77
  }
  grep -q 'define ABSL_LTS_RELEASE_VERSION 20230125' "$OLDEST_ABSEIL/absl/base/config.h" &&
    tools/abseil/check.sh "$OLDEST_ABSEIL"
}
