#!/usr/bin/env bash
# The cluster of tools/run --cluster under patroni_test.cc, each machine with a network of its own where that can be had.
set -euo pipefail
. tools/embedded/programs.sh
. tools/embedded/servers.sh
need_programs # tools/test brings them.
cluster=(tools/embedded/cluster.sh fresh . tests/cluster/patroni)
if tests/cluster/in_networks.sh true; then exec tests/cluster/in_networks.sh "${cluster[@]}"; fi
echo 'SKIPPED: no network is cut: this machine allows no namespaces of networks'
exec "${cluster[@]}"
