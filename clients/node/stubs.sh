#!/usr/bin/env bash
# Puts the public contracts from ../../protos into the package, and makes their types: `npm run build` and `npm pack` run it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
rm -rf dist src/stubs
mkdir -p dist/protos
(cd ../../protos && cp -r --parents finpay widekyc netzme kyc/admin kyc/errors kyc/options "$OLDPWD/dist/protos")
cd dist/protos
# shellcheck disable=SC2046 # None of these names has a blank.
../../node_modules/.bin/proto-loader-gen-types --longs=String --enums=String --defaults --oneofs --grpcLib=@grpc/grpc-js \
  --importFileExtension=.js --includeDirs . --outDir=../../src/stubs $(find . -name '*.proto' -printf '%P\n' | sort) >/dev/null
