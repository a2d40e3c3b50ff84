#!/usr/bin/env bash
# tools/run --cluster: what its sidecars take, its gateways tell, and it ends in order.
set -euo pipefail
exec tools/embedded/cluster.sh fresh . tests/cluster/from_sidecars_to_gateways.sh
