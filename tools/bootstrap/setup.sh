#!/bin/sh
# setup.sh ROOT: makes the private Bazel's root file system in the directory ROOT.
#
# Debian packages are downloaded with the machine's own apt (apt.sh) and only unpacked: nothing is installed, no
# maintainer script runs, root is not needed. The caller holds a lock. ROOT appears when it is whole: until then everything is in ROOT.part, and what
# the commands print in ROOT.log.
set -eu

here=$(dirname "$(readlink -f "$0")")
root=$1
part=$root.part
log=$root.log
apt=$part/apt
# shellcheck source=tools/bootstrap/apt.sh
. "$here/apt.sh"
steps=5
step=0

say() { printf 'someos: %s\n' "$*" >&3; }

# Announces a step. Its commands print to the log.
next_step() {
  step=$((step + 1))
  doing=$1
  say "[$step/$steps] $1"
  printf '== %s\n' "$1"
}

# Whatever ends this script early: which step, why as far as the log tells, where the log is.
on_exit() {
  status=$?
  [ "$status" -ne 0 ] || return 0
  tail -n 5 "$log" | sed 's/^/    /' >&3
  say "set-up failed while $doing (all output: $log); the next call begins anew"
}

# Packages, package lists and what is unpacked from them at the same time: not quite 2 GB.
need_space() {
  free=$(df -Pk "${root%/*}" | awk 'NR == 2 {print int($4 / 1024)}')
  [ "$free" -ge 2000 ] || {
    say "the private Bazel needs 2000 MB in ${root%/*} (see XDG_CACHE_HOME); $free MB are free"
    trap - EXIT
    exit 1
  }
}

# The rest of packages.txt's lines that begin with $1.
list() { sed -n "s/^$1  *//p" "$here/packages.txt"; }

# Downloads package=version for all of the root, then the sysroot's packages, then the sources.
download() {
  set -f # ?essential is for apt
  # shellcheck disable=SC2046  # lists of words
  private_apt --simulate install $(list root) >"$apt/plan"
  set +f
  list without | sed 's/.*/^&=/' >"$apt/without"
  sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' "$apt/plan" | grep -v -f "$apt/without" >"$apt/root.list"
  mkdir "$apt/debs/root" "$apt/debs/sysroot" "$apt/debs/source"
  (cd "$apt/debs/root" && xargs env APT_CONFIG="$apt/apt.conf" apt-get -q download <"$apt/root.list")
  (cd "$apt/debs/sysroot" && list sysroot | xargs -n 1 | sed 's|$|/bookworm|' |
    xargs env APT_CONFIG="$apt/apt.conf" apt-get -q download)
  (cd "$apt/debs/source" && sed -n 's/^\([a-z][^ ]*\) .*/\1/p' "$here/archives.txt" |
    xargs env APT_CONFIG="$apt/apt.conf" apt-get -q --download-only source)
}

# Debian's directories are links since the merge of / and /usr; before it, packages held them twice.
merge_usr() {
  mkdir -p "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib" "$1/usr/lib64"
  for dir in bin sbin lib lib64; do
    [ -e "$1/$dir" ] || ln -s "usr/$dir" "$1/$dir"
  done
}

# What the packages' maintainer scripts would have done, as far as Bazel and C++ need it.
configure_root() {
  bin=$part/usr/bin
  ln -sf mawk "$bin/awk"
  ln -sf which.debianutils "$bin/which"
  ln -sf gcc "$bin/cc"
  ln -sf g++ "$bin/c++"
  ln -sf ../lib/jvm/default-java/bin/java "$bin/java"
  # Mount points for the machine's own files (see enter.sh).
  for file in passwd group hosts hostname resolv.conf nsswitch.conf localtime gitconfig; do
    rm -f "$part/etc/$file"
    : >"$part/etc/$file"
  done
  # Certificates for downloads: the machine's if it has them.
  certs=$part/etc/ssl/certs
  mkdir -p "$certs/java"
  cat /etc/ssl/certs/ca-certificates.crt >"$certs/ca-certificates.crt" ||
    find "$part/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$certs/ca-certificates.crt"
  "$here/enter.sh" "$part" openssl pkcs12 -export -nokeys -jdktrust anyExtendedKeyUsage \
    -in "$certs/ca-certificates.crt" -out "$certs/java/cacerts" -passout pass:changeit
}

# The compiler, its headers and libraries, Bazel's flags and what stands in for a network.
configure_bazel() {
  sysroot=$part/usr/lib/someos/sysroot
  libs=usr/lib/$(cd "$sysroot/usr/lib" && ls -d ./*-linux-*)
  mkdir -p "$part/usr/lib/someos/bin" "$sysroot/usr/include"
  # Absolute links would lead out of the sysroot, to forky's libraries.
  find "$sysroot" -type l -lname '/*' | while IFS= read -r link; do
    ln -sfnr "$sysroot$(readlink "$link")" "$link"
  done
  cp "$here/clang" "$part/usr/lib/someos/bin/clang"
  cp -R "$part/usr/include/kqueue" "$sysroot/usr/include/"
  cp "$part/$libs/libkqueue.a" "$sysroot/$libs/"
  cp "$here/system.bazelrc" "$part/etc/bazel/bazelrc"
  "$here/enter.sh" "$part" python3 "$here/provide.py" "$apt/debs/source" "$part"
}

exec 3>&2 >"$log" 2>&1
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

rm -rf "$part"
need_space
mkdir -p "$part"
next_step "reading Debian's package lists"
read_package_lists
next_step "downloading packages (about 400 MB) from $mirror"
download
next_step "unpacking them"
merge_usr "$part/usr/lib/someos/sysroot"
unpack "$apt/debs/sysroot" "$part/usr/lib/someos/sysroot"
merge_usr "$part"
unpack "$apt/debs/root" "$part"
next_step "setting up compiler and dependencies"
configure_root
configure_bazel
rm -rf "$apt"
next_step "trying it"
"$here/enter.sh" "$part" bazel --version
mv "$part" "$root"
say "ready; it lives in $root and can be deleted at any time"
