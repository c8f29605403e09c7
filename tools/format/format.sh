#!/bin/sh
# Formats the C++ files of this repository in place. With --check, only reports what is not formatted, and fails.
set -eu

cd "${BUILD_WORKSPACE_DIRECTORY:?start this with: tools/bazel run //tools/format}"
case ${1:-} in
  --check) mode='--dry-run --Werror' ;;
  '') mode=-i ;;
  *)
    echo "format: unknown argument: $1 (only --check is known)" >&2
    exit 2
    ;;
esac
if ! command -v clang-format >/dev/null; then
  echo "format: there is no clang-format on PATH" >&2
  exit 1
fi
# shellcheck disable=SC2086  # one or two options
git ls-files -z '*.h' '*.cc' | xargs -0 clang-format $mode --style=file
