#!/bin/sh
# Runs a test so that one that asks for memory without end fails, and nothing else does.
ulimit -v 16000000
exec "$@"
