#!/bin/sh
# few_files.sh ARGUMENT...: the gateway, which may have 200 open files.
set -eu
ulimit -n 200
exec "$TEST_SRCDIR/$TEST_WORKSPACE/server/kyc-gateway" "$@"
