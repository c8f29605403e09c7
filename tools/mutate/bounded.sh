#!/bin/sh
# Runs a test with a limit on its memory: a mutation may allocate without end, and only its own test is to fail.
ulimit -v 16000000
exec "$@"
