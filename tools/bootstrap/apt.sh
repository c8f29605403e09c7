# shellcheck shell=sh
# Debian packages with the machine's own apt, from the mirror and with the proxy that the machine uses, under a
# private state in $apt, which whoever sources this file names.

# The base addresses from which the machine's apt takes Debian, its own release's first.
mirrors() {
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-sid}")
  apt-get update --print-uris | sed -n "s|^'\(.*\)/dists/\([^/']*\)/InRelease'.*|\2 \1|p" |
    awk -v own="$codename" '
      /security/ || seen[$2]++ { next }
      $1 == own                { print $2; next }
                               { rest = rest $2 "\n" }
      END                      { printf "%s", rest }'
}

# Writes apt's private configuration for mirror $1. From the machine's comes only how to reach a mirror.
configure_apt() {
  mkdir -p "$apt/lists/partial" "$apt/debs/partial" "$apt/none"
  : >"$apt/status"
  arch=$(dpkg --print-architecture)
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r "$keyring" ] && signed_by="Signed-By: $keyring" || signed_by=
  {
    apt-config dump | grep -E '^Acquire::(https?|ftp|tor|Retries|ForceIPv|Max|Queue)' || true
    cat <<CONF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/debs";
Dir::Etc::sourcelist "$apt/mirror.sources";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferences "$apt/none/preferences";
Dir::Etc::preferencesparts "$apt/none";
Dir::Etc::main "$apt/none/apt.conf";
Dir::Etc::parts "$apt/none";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Default-Release "forky";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Check-Date "false";
Acquire::Check-Valid-Until "false";
CONF
  } >"$apt/apt.conf"
  cat >"$apt/mirror.sources" <<SOURCES
Types: deb
URIs: $1
Suites: forky experimental bookworm
Components: main
$signed_by

Types: deb-src
URIs: $1
Suites: forky
Components: main
$signed_by
SOURCES
}

# apt-get under the private configuration, where it puts downloads.
private_apt() { (cd "$apt/debs" && APT_CONFIG=$apt/apt.conf LC_ALL=C apt-get -q "$@"); }

read_package_lists() {
  for mirror in $(mirrors); do
    configure_apt "$mirror"
    if private_apt update; then return; fi
  done
  echo "no mirror of this machine's apt has Debian forky, or none can be reached; any Bazel of 7.7 or newer does as well"
  false
}

# Unpacks the packages of $1 into $2, without documentation and translations.
unpack() {
  mkdir -p "$2"
  # shellcheck disable=SC2016  # expanded by the inner sh
  find "$1" -name '*.deb' -print0 | xargs -0 -n 1 -P "$(nproc)" sh -c '
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$0" --no-same-owner --keep-directory-symlink \
      --exclude="./usr/share/doc/*" --exclude="./usr/share/man/*" --exclude="./usr/share/locale/*"' "$2"
}
