#!/usr/bin/env bash
# The alert rules, each by what it fires for and by what is near and no reason to.
# needs: promtool
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../tools/observability"
promtool check rules alerts.yaml
promtool test rules alerts_test.yaml
