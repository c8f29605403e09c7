#!/bin/sh
# Tests of tools/bazel and the scripts that it calls, in a few seconds and without a download: the Bazels on PATH are
# fakes, and a fake set-up makes a root of links to the machine's directories.
# Prints a line per test and a count; the exit code is 1 if a test failed.
# shellcheck disable=SC2016  # many strings are not to be expanded
set -u

here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME EXPECTED ACTUAL: checks that ACTUAL matches EXPECTED, a shell pattern.
check() {
  # shellcheck disable=SC2254
  case $3 in
    $2)
      passed=$((passed + 1))
      echo "ok    $1"
      ;;
    *)
      failed=$((failed + 1))
      printf 'FAIL  %s\n      expected: %s\n      actual:   %s\n' "$1" "$2" "$3"
      ;;
  esac
}

# wait_until COMMAND...: until it succeeds, half a minute at most.
wait_until() {
  tries=300
  until "$@" || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
}

# ---- fakes -------------------------------------------------------------------------------------------------------

# A copy of the scripts with a slow, fake set-up, which counts its calls.
mkdir -p "$work/repo/tools" "$work/repo/a/b" "$work/home"
cp -R "$here" "$here/../bazel" "$work/repo/tools/"
bazel=$work/repo/tools/bazel
printf '#!/bin/sh\necho "$1" >>"%s/parts"\n' "$work" >"$work/repo/tools/bootstrap/part.sh"
cat >"$work/repo/tools/bootstrap/setup.sh" <<'FAKE'
#!/bin/sh
echo >>"${1%/*}/calls"
rm -rf "$1.part"
mkdir "$1.part"
sleep "${FAKE_SETUP_TIME:-0}"
for dir in /bin /sbin /lib* /usr /etc; do ln -sn "$(readlink -f "$dir")" "$1.part$dir"; done
mv "$1.part" "$1"
FAKE

# fake DIR/NAME VERSION: a program that answers --version with VERSION, a command, and other calls with its name and
# arguments, its input and exit code 42.
fake() {
  mkdir -p "$work/${1%/*}"
  cat >"$work/$1" <<FAKE
#!/bin/sh
if [ "\${1:-}" = --version ]; then $2; exit; fi
printf '%s' "$1"
for arg; do printf ' <%s>' "\$arg"; done
[ "\${1:-}" != cat ] || cat
exit 42
FAKE
  chmod +x "$work/$1"
}
fake six/bazel 'echo bazel 6.5.0'
fake seven6/bazel 'echo bazel 7.6.99'
fake seven7/bazel 'echo bazel 7.7.0'
fake eight/bazel 'echo bazel 8.0.0rc1'
fake ten/bazelisk 'echo "Bazelisk version: v1.20"; echo bazel 10.0.0-pre.20270101.1'
fake broken/bazelisk 'echo could not download Bazel >&2; exit 1'
fake odd/bazel 'echo bazel no_version'
fake silent/bazel ':'

# The only other programs on PATH, so that a Bazel of the machine is not used.
mkdir "$work/bin"
for file in /usr/sbin/* /usr/bin/*; do
  case ${file##*/} in
    bazel*) ;;
    *) [ -e "$work/bin/${file##*/}" ] || ln -s "$file" "$work/bin/" ;;
  esac
done

# with "DIR..." COMMAND...: runs COMMAND with these directories (below $work) on PATH.
with() {
  path=
  for dir in $1; do path=$path$work/$dir:; done
  shift
  env PATH="$path$work/bin" HOME="$work/home" XDG_CACHE_HOME="$work/cache" "$@"
}

# ---- which Bazel -------------------------------------------------------------------------------------------------

sed 's/^exec .*bootstrap.*/exec printf "private"/' "$here/../bazel" >"$work/repo/tools/choice"
chmod +x "$work/repo/tools/choice"
choice=$work/repo/tools/choice

check 'no Bazel: the private one' 'private' "$(with '' "$choice" build)"
check '7.7 on PATH is used' 'seven7/bazel <build>' "$(with 'seven7' "$choice" build)"
check '8.0.0rc1 is used' 'eight/bazel <build>' "$(with 'eight' "$choice" build)"
check '10 by bazelisk is used' 'ten/bazelisk <build>' "$(with 'ten' "$choice" build)"
check '7.6 is too old' 'private' "$(with 'seven6' "$choice" build)"
check 'an old one does not hide a new one' 'eight/bazel <x>' "$(with 'six broken odd silent eight' "$choice" x)"
check 'unknown versions and failures are skipped' 'private' "$(with 'broken odd silent' "$choice" x)"
check 'BAZEL_REAL is used first' 'eight/bazel <x>' "$(with 'seven7' env BAZEL_REAL="$work/eight/bazel" "$choice" x)"
check 'an old BAZEL_REAL is not used' 'private' "$(with '' env BAZEL_REAL="$work/six/bazel" "$choice" x)"
check 'a missing BAZEL_REAL is not used' 'private' "$(with '' env BAZEL_REAL="$work/none" "$choice" x)"
check 'arguments are passed on unchanged' 'eight/bazel <run> <//x> <--> <a b> <> <$c*> <"d">' \
  "$(with 'eight' "$choice" run //x -- 'a b' '' '$c*' '"d"')"
check 'no arguments are passed on as none' 'eight/bazel' "$(with 'eight' "$choice")"
check 'input is passed on' 'eight/bazel <cat>hello' "$(echo hello | with 'eight' "$choice" cat)"
check 'the exit code is passed on' 42 "$(with 'eight' "$choice" x >/dev/null; echo $?)"
mkdir "$work/self" && cp "$choice" "$work/self/bazel" && ln -s "$choice" "$work/self/bazelisk"
check 'wrappers on PATH do not call each other' 'private' "$(with 'self' timeout 20 "$choice" x)"
check 'nor hide a Bazel' 'eight/bazel <x>' "$(with 'self eight' timeout 20 "$choice" x)"
mkdir "$work/sp ace" && cp "$work/eight/bazel" "$work/sp ace/"
check 'a PATH with spaces' 'eight/bazel <x>' "$(env PATH="$work/sp ace:$work/bin" "$choice" x)"

# ---- the private Bazel: set-up and entering ------------------------------------------------------------------------

if ! "$here/enter.sh" --check 2>/dev/null; then
  echo "skip  entering the private root: no namespaces here"
else
  # The private root has the machine's /usr, so the private Bazel is the one that PATH has with this name.
  fake private/bazel 'echo bazel 1.0.0'
  cache=$work/cache/someos

  FAKE_SETUP_TIME=1 with private "$bazel" first >"$work/1" 2>&1 &
  FAKE_SETUP_TIME=1 with private "$bazel" second >"$work/2" 2>&1 &
  wait
  check 'two first calls at once: one set-up' 1 "$(wc -l <"$cache/calls")"
  check 'one waits and says so' '*waiting*' "$(cat "$work/1" "$work/2")"
  check 'both run' '*private/bazel <first>*private/bazel <second>*' "$(cat "$work/1" "$work/2")"
  check 'the next call sets nothing up' 'private/bazel <x>' "$(with private "$bazel" x 2>&1)"

  rm -rf "$cache"
  FAKE_SETUP_TIME=60 with private setsid sh -c 'echo $$ >"$0"; exec "$1" x' "$work/group" "$bazel" >/dev/null 2>&1 &
  begun() { [ -n "$(find "$cache" -maxdepth 1 -name '*.part' 2>/dev/null)" ]; }
  wait_until begun
  kill -9 "-$(cat "$work/group")"
  wait
  check 'a killed set-up leaves no root' 'bazel-*.part' "$(cd "$cache" && echo bazel-*)"
  check 'and the next call repairs it' '*private/bazel <x>' "$(with private "$bazel" x 2>&1)"

  check 'entered: arguments are passed on unchanged' 'private/bazel <run> <//x> <--> <a b> <> <$c*>' \
    "$(with private "$bazel" run //x -- 'a b' '' '$c*')"
  check 'entered: input is passed on' 'private/bazel <cat>hello' "$(echo hello | with private "$bazel" cat)"
  check 'entered: the exit code is passed on' 42 "$(with private "$bazel" x >/dev/null; echo $?)"

  with private "$bazel" build --config=ci --config=freebsd_x86_64 "--config=linux_$(uname -m)" //x >/dev/null
  check 'no part unless a build is for another platform' 'no parts' "$(cat "$work/parts" 2>/dev/null || echo no parts)"
  with private "$bazel" test --config=qemu_armv7 --platforms=//platforms:macos_aarch64 //x >/dev/null
  check 'the parts that a build needs' 'linux_armv7 qemu zig' "$(xargs <"$work/parts")"

  enter=$work/repo/tools/bootstrap/enter.sh
  root=$(echo "$cache"/bazel-*)
  check 'the same directory' "$work/repo/a/b" "$(cd "$work/repo/a/b" && "$enter" "$root" pwd)"
  check 'a directory below /usr' /usr/share "$(cd /usr/share && "$enter" "$root" pwd)"
  check 'the same user' "$(id -u):$(id -g)" "$("$enter" "$root" sh -c 'echo "$(id -u):$(id -g)"')"
  check '/usr cannot be written' '*Read-only*' "$("$enter" "$root" touch /usr/someos-test 2>&1)"
  check 'nothing stays mounted' '' "$(grep -F "$work" /proc/self/mounts)"
  "$enter" "$root" sleep 60 &
  is_sleep() { [ "$(cat "/proc/$!/comm")" = sleep ]; }
  wait_until is_sleep
  check 'the process stays the same one' 'sleep' "$(cat "/proc/$!/comm")"
  kill $!
  wait $! 2>/dev/null
  check 'a signal ends it' 143 $?
fi

# ---- messages when the set-up is impossible ------------------------------------------------------------------------

mkdir "$work/nodebian" && cp -P "$work/bin/"* "$work/nodebian/" && rm "$work/nodebian/apt-get"
check 'no Debian and no Bazel: what to install' '*bazel.build/install*' \
  "$(env PATH="$work/nodebian" XDG_CACHE_HOME="$work/none" "$bazel" x 2>&1)"
check 'no home: which variable to set' '*XDG_CACHE_HOME*' "$(env -i PATH="$work/bin" "$bazel" x 2>&1)"

cp "$here/setup.sh" "$here/part.sh" "$work/repo/tools/bootstrap/"
mkdir "$work/noapt"
printf '#!/bin/sh\necho "E: no network" >&2\nexit 100\n' >"$work/noapt/apt-get"
chmod +x "$work/noapt/apt-get"
said=$(env PATH="$work/noapt:$PATH" XDG_CACHE_HOME="$work/offline" "$work/repo/tools/bootstrap/bazel.sh" x 2>&1)
check 'a failing apt: the step' "*failed while reading Debian's package lists*" "$said"
check 'a failing apt: its message' '*E: no network*' "$said"
check 'a failing apt: where the log is' "*$work/offline/someos/bazel-*.log*" "$said"

part=$work/repo/tools/bootstrap/part.sh
said=$(env PATH="$work/noapt:$PATH" XDG_CACHE_HOME="$work/offline" "$part" linux_armv7 2>&1)
check 'a part that cannot be provided: why' '*E: no network*linux_armv7 could not be provided*' "$said"
check 'and none is left' '' "$(ls -d "$work"/offline/someos/parts/linux_armv7-???????????? 2>/dev/null)"
check 'an unknown part' '*there is no part x*' "$(env XDG_CACHE_HOME="$work/offline" "$part" x 2>&1)"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
