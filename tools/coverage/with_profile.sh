#!/bin/sh
# Runs a test so that its coverage profile is written to the directory of its outputs.
LLVM_PROFILE_FILE=$TEST_UNDECLARED_OUTPUTS_DIR/%m%c.profraw exec "$@"
