#!/bin/sh
# Runs a test so that its coverage is written beside its log.
LLVM_PROFILE_FILE=$TEST_UNDECLARED_OUTPUTS_DIR/%m%c.profraw exec "$@"
