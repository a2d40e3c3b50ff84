#!/usr/bin/env bash
# tools/run --cluster: what its sidecars take, its gateways tell, and it ends in order.
set -euo pipefail
. tools/embedded/programs.sh
. tools/embedded/servers.sh
need_programs # tools/test brings them.
exec tools/embedded/cluster.sh fresh . tests/cluster/from_sidecars_to_gateways.sh
