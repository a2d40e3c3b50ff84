#!/usr/bin/env bash
# Our client for C++ (clients/cpp), whose probe and example Bazel has built: as python.sh.
# needs: python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export GRPC_VERBOSITY=NONE
python3 "$here/faults/example.py" cpp example.cc true "$here/../../bazel-bin/tests/clients/cpp/example"
python3 "$here/faults/run.py" "$here/../../bazel-bin/tests/clients/cpp/probe"
