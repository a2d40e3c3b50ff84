#!/usr/bin/env bash
# Every reason that the server's sources know is in kyc.errors.v1.Reason, and no other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Words in capitals that are no reason of a gRPC error: variables of the environment, enums, types of a detail, and what the webhook
# and the command line make something else of.
others='LISTEN_[A-Z]+|NO_PROXY|HTTPS?_PROXY|ALL_PROXY|KYC_[A-Z_]+|OUTCOME_[A-Z_]+|PRODUCT_ACTIVATION|QUARANTINE_FULL|BUILD_WORKSPACE_DIRECTORY'

made=$(grep -rhoE '"[A-Z]+(_[A-Z]+)+"' server --include=*.cc --include=*.h --exclude=*_test.cc --exclude=*_fuzz.cc --exclude-dir=testing |
  tr -d '"' | grep -vxE "$others" | sort -u)
known=$(sed -nE 's/^  REASON_([A-Z_]+) = [1-9].*/\1/p' protos/kyc/errors/v1/errors.proto | sort)
diff <(echo "$made") <(echo "$known") ||
  { echo 'FAIL: < is in server/, > in protos/kyc/errors/v1/errors.proto' >&2; exit 1; }
echo "reasons: the $(wc -l <<<"$known") of the server are those of kyc.errors.v1.Reason"
