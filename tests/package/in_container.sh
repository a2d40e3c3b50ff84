#!/bin/bash
# For install.sh: the life of the packages, step by step, as an operator does it. Runs as root in the container.
set -euo pipefail
cd /packages
export DEBIAN_FRONTEND=noninteractive
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND"; journalctl --no-pager -q -u kyc-gateway | tail -n 40' ERR
step() { echo "--- $*"; }
install_deb() { apt-get -qq -y --no-install-recommends install "$@"; }
# http METHOD PORT PATH [HEADER BODY]: the answer, head and body.
http() {
  exec 3<>"/dev/tcp/127.0.0.1/$2"
  printf '%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\nContent-Length: %s\r\n\r\n%s' "$1" "$3" "${4:-X-None: 0}" \
    "$(printf %s "${5:-}" | wc -c)" "${5:-}" >&3
  timeout 10 cat <&3
}
await_ready() {
  local tries
  for ((tries = 0; tries < 100; ++tries)); do
    [[ $(http GET 9090 /readyz 2>/dev/null) == 'HTTP/1.1 200 '* ]] && return
    sleep 0.1
  done
  return 1
}
pid() { systemctl show --property=MainPID --value kyc-gateway; }
event_is_there() { kyc call 127.0.0.1:50051 netzme.v1.UpgradeNotificationService/GetUpgrade -d '{"originalReferenceNo": "order-0001"}'; }

step 'the unit, before it runs'
install_deb ./kyc-gateway.deb ./simulator.deb
systemd-analyze verify --man=no kyc-gateway.service
systemd-analyze security --offline=true --threshold=20 --no-pager /lib/systemd/system/kyc-gateway.service | tail -n 1

step 'installed, it waits for its values and is no failed unit'
[ "$(systemctl is-active kyc-gateway)" = inactive ]
[ "$(systemctl is-enabled kyc-gateway)" = enabled ]
[ "$(stat -c '%a %U' /etc/kyc-gateway/secrets /etc/kyc-gateway/secrets/lookup-key | paste -sd ' ')" = '700 root 600 root' ]
key=$(cat /etc/kyc-gateway/secrets/lookup-key)

step 'three values, and it starts'
sed -i 's#server_url: ""#server_url: "http://127.0.0.1:18090/widekyc"#' /etc/kyc-gateway/config.textproto
install -m 600 /dev/stdin /etc/kyc-gateway/secrets/widekyc-token <<<sim-token
install -m 600 /dev/stdin /etc/kyc-gateway/secrets/netzme-callback-token <<<sim-callback-token
systemd-run --quiet --unit=simulator kyc-gateway-simulator
systemctl start kyc-gateway
await_ready

step 'it serves'
kyc call 127.0.0.1:50051 widekyc.v1.WideKycService/ValidateId -d '{"custRefNo": "customer-1", "nik": "3671121401010004"}'
[[ $(http POST 8081 /v1.0/snap/account/upgrade/notify $'x-callback-token: sim-callback-token\r\nContent-Type: application/json' \
  '{"originalReferenceNo": "order-0001", "custId": "c", "status": "approved", "additionalInfo": {"type": "upgrade_account"}}') == \
  'HTTP/1.1 200 '* ]]
event_is_there

step 'in its sandbox'
[ "$(stat -c %U "/proc/$(pid)")" = kyc-gateway ] || [ "$(ps -o user= -p "$(pid)" 2>/dev/null)" = kyc-gateway ] ||
  grep -q "^Uid:.$(id -u kyc-gateway)" "/proc/$(pid)/status"
grep -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$(pid)/status" | paste -sd ' ' | grep -E 'CapEff:\s+0+ NoNewPrivs:\s+1 Seccomp:\s+2'
[ "$(stat -c '%a %U' /var/lib/kyc-gateway)" = '700 kyc-gateway' ]

step 'its configuration is checked and its events are copied while it runs'
kyc-gateway --config /etc/kyc-gateway/config.textproto --check
kyc call 127.0.0.1:50051 kyc.admin.v1.EventLogService/Backup -d '{"fileName": "first.db"}'
[ -s /var/lib/kyc-gateway/backups/first.db ]

step 'reloaded'
sed -i 's/allow_admin: true/& allow_full_view: true/' /etc/kyc-gateway/config.textproto
before=$(pid)
systemctl reload kyc-gateway
for ((i = 0; i < 100; ++i)); do
  journalctl --no-pager -q -u kyc-gateway | grep -q 'the configuration was read again: new calls use' && break
  sleep 0.1
done
((i < 100)) && [ "$(pid)" = "$before" ]

step 'upgraded: drained and started again, with its events and the operator'"'"'s configuration'
install_deb ./later.deb
await_ready
[ "$(pid)" != "$before" ]
[[ $(dpkg-query -W -f '${Version}' kyc-gateway) == *+later ]]
event_is_there
journalctl --no-pager -q -u kyc-gateway | grep ' drained$'

step 'stopped: in order'
systemctl stop kyc-gateway
[ "$(systemctl show --property=Result,ExecMainStatus --value kyc-gateway | paste -sd ' ')" = 'success 0' ]

step 'removed and purged: what cannot be made again stays'
apt-get -qq -y remove kyc-gateway
[ ! -e /lib/systemd/system/kyc-gateway.service ] && [ -s /etc/kyc-gateway/config.textproto ]
apt-get -qq -y purge kyc-gateway
[ ! -e /etc/kyc-gateway/config.textproto ] && [ -s /var/lib/kyc-gateway/events.db ]

step 'installed again, with the same keys'
install_deb ./kyc-gateway.deb
[ "$(cat /etc/kyc-gateway/secrets/lookup-key)" = "$key" ]
sed -i 's#server_url: ""#server_url: "http://127.0.0.1:18090/widekyc"#' /etc/kyc-gateway/config.textproto
systemctl restart kyc-gateway
await_ready
event_is_there

step 'no unit has failed'
[ -z "$(systemctl --failed --no-legend --plain)" ]
