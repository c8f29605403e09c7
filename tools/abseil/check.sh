#!/bin/sh
# Checks that the library and the relay compile with another version of Abseil, without building that version:
#
#   git clone --depth 1 --branch 20230125.3 https://github.com/abseil/abseil-cpp /tmp/abseil
#   tools/abseil/check.sh /tmp/abseil
#
# Compiles each source file of api, backends, tools/pollers and tools/relay (no tests) with -fsyntax-only, C++17 and
# -Werror. $CXX is the compiler, c++ by default. Left out: what is for Windows, the engines of line editors, whose headers may not be
# here, and kqueue where there is no <sys/event.h>.
set -u

[ $# -eq 1 ] && [ -f "$1/absl/base/config.h" ] || {
  echo "usage: $0 DIRECTORY_OF_ABSEIL'S_SOURCES" >&2
  exit 2
}
root=$(cd "$(dirname "$0")/../.." && pwd)
abseil=$(cd "$1" && pwd)
include=$(mktemp -d) || exit 1
trap 'rm -rf "$include"' EXIT
ln -s "$root" "$include/someos"

event_header=0
libkqueue=/usr/include/kqueue
for directory in "" "$libkqueue"; do
  printf '#include <sys/types.h>\n#include <time.h>\n#include <sys/event.h>\n' |
    "${CXX:-c++}" -x c++ ${directory:+"-I$directory"} -fsyntax-only - 2>/dev/null && event_header=1
done

# linked HEADER BACKEND=0|1...: a header that the build generates.
linked() {
  header=$include/generated/someos/$1
  mkdir -p "${header%/*}"
  shift
  for backend; do echo "#define SOMEOS_LINKS_${backend%=*} ${backend#*=}"; done >"$header"
}
linked api/linked_pollers.h EPOLL=1 POLL=1 SELECT=1 KQUEUE=$event_header
linked api/linked_mappings.h MAPPING_MREMAP=1 MAPPING_RESERVE=1
linked api/linked_threads.h THREAD_PTHREAD=1 THREAD_DUMMY=0 THREAD_STEPPED=0
linked api/linked_lines.h LINE_PLAIN=1 LINE_LIBEDIT=0 LINE_GNU=0
linked api/multiprocessing/process/linked_start_methods.h PROCESS_SPAWN=1 PROCESS_FORK=1 PROCESS_THREAD=1
linked api/multiprocessing/synchronize/linked_locks.h LOCK_ROBUST=1 LOCK_FILE=1 LOCK_SEMAPHORE=1
linked backends/base/linked_threads.h THREAD_STEPPED=0

failed=0
for file in $(cd "$root" && find api backends tools/pollers tools/relay -name '*.cc' ! -path '*/testing/*' ! -path '*/bench/*'); do
  case $file in
    *_test.cc | *_fuzz.cc | *_faults.cc | */native_queue.cc) continue ;;
    *_winsock.cc | *_windows.cc | */line_gnu/* | */line_libedit/*) continue ;;
    backends/kqueue/*) [ "$event_header" = 1 ] || continue ;;
  esac
  "${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I"$include" -I"$include/generated" -isystem "$libkqueue" \
    -isystem "$abseil" "$root/$file" || {
    echo "FAIL $file"
    failed=$((failed + 1))
  }
done
grep -h 'define ABSL_LTS_RELEASE' "$abseil/absl/base/config.h"
echo "$failed files do not compile"
[ "$failed" -eq 0 ]
