#!/bin/sh
# Checks that the library and the relay compile with another version of Abseil, without building that version:
#
#   git clone --depth 1 --branch 20230125.3 https://github.com/abseil/abseil-cpp /tmp/abseil
#   tools/abseil/check.sh /tmp/abseil
#
# Compiles each source file of api, backends, tools/pollers and tools/relay (no tests) with -fsyntax-only, C++17 and
# -Werror. $CXX is the compiler, c++ by default. kqueue is left out where there is no <sys/event.h>.
set -u

[ $# -eq 1 ] && [ -f "$1/absl/base/config.h" ] || {
  echo "usage: $0 DIRECTORY_OF_ABSEIL'S_SOURCES" >&2
  exit 2
}
root=$(cd "$(dirname "$0")/../.." && pwd)
abseil=$(cd "$1" && pwd)
include=$(mktemp -d) || exit 1
trap 'rm -rf "$include"' EXIT
mkdir -p "$include/generated/someos/api"
ln -s "$root" "$include/someos"

event_header=0
libkqueue=/usr/include/kqueue
for directory in "" "$libkqueue"; do
  printf '#include <sys/types.h>\n#include <time.h>\n#include <sys/event.h>\n' |
    "${CXX:-c++}" -x c++ ${directory:+"-I$directory"} -fsyntax-only - 2>/dev/null && event_header=1
done
# The header that the build generates.
for backend in EPOLL POLL SELECT; do echo "#define SOMEOS_LINKS_$backend 1"; done \
  >"$include/generated/someos/api/linked_pollers.h"
echo "#define SOMEOS_LINKS_KQUEUE $event_header" >>"$include/generated/someos/api/linked_pollers.h"

failed=0
for file in "$root"/api/*.cc "$root"/backends/*/*.cc "$root"/tools/pollers/*.cc "$root"/tools/relay/*.cc \
  "$root"/tools/relay/demo/*.cc; do
  case $file in
    *_test.cc | *_fuzz.cc | *_faults.cc | */native_queue.cc) continue ;;
    */backends/kqueue/*) [ "$event_header" = 1 ] || continue ;;
  esac
  "${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I"$include" -I"$include/generated" -isystem "$libkqueue" \
    -isystem "$abseil" "$file" || {
    echo "FAIL $file"
    failed=$((failed + 1))
  }
done
grep -h 'define ABSL_LTS_RELEASE' "$abseil/absl/base/config.h"
echo "$failed files do not compile"
[ "$failed" -eq 0 ]
