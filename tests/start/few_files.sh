#!/bin/sh
# few_files.sh PROGRAM ARGUMENT...: becomes the program, which may have $MOST_FILES open files (24).
set -eu
ulimit -n "${MOST_FILES:-24}"
exec "$@"
