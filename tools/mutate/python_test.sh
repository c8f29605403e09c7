#!/bin/sh
# The unit tests of the modules beside it.
if ! command -v python3 >/dev/null; then
  echo "skipped: there is no python3 on PATH"
  exit 0
fi
exec python3 -B -m unittest discover --verbose --start-directory tools/mutate --pattern '*_test.py'
