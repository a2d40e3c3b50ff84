#!/bin/sh
# unread.sh PROGRAM ARGUMENT...: becomes the program, whose standard error is a pipe that is full and that nobody reads.
set -eu
pipe=$(mktemp -u "$TEST_TMPDIR/unread.XXXXXX")
mkfifo "$pipe"
exec 3<>"$pipe"
# As much as fits. Opened anew, so that the program's own end still waits.
dd if=/dev/zero of="$pipe" bs=4096 count=1024 oflag=nonblock 2>/dev/null || true
exec "$@" 2>&3
