#!/usr/bin/env bash
# kyc as people use it, against a real gateway and simulator: what each command prints, how it ends, and that a run over a folder goes on
# where another one stopped, and bills no picture twice.
# needs: python3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/kyc_commands.sh inside
work=$2/kyc
mkdir -p "$work/cards"
export XDG_CONFIG_HOME=$work/config
PATH=$PWD/bazel-bin/clients/kyc:$PATH
fail() { echo "FAIL: $*" >&2; exit 1; }

# ends STATUS TEXT ARGUMENT...: kyc's exit status, and what it says on either stream holds TEXT (a pattern of grep -E).
ends() {
  local status=0 due=$1 text=$2 said
  shift 2
  said=$(timeout 60 kyc "$@" 2>&1 </dev/null) || status=$?
  [ "$status" = "$due" ] || fail "kyc $* ends with $status, not $due: $said"
  grep -qE -- "$text" <<<"$said" || fail "kyc $* says no $text: $said"
}
calls() { curl -sf "http://127.0.0.1:18090/sim/count"; }

# --- Where there is none, and where nobody knows the word.
ends 0 '^kyc: there is no such upgrade$' upgrades list
[ -z "$(kyc upgrades list --json 2>&1)" ] || fail 'an empty list is no empty JSON'
ends 0 '^kyc: there is nothing in quarantine$' quarantine list
ends 2 'did you mean validate\?' validte
ends 2 'did you mean --limit\?' upgrades list --limt 3

bazel-bin/tools/images/make_image --kind selfie --format jpeg --bytes 20000 "$work/selfie.jpg"
for name in a b c d sim-429-e sim-404-f; do
  bazel-bin/tools/images/make_image --kind selfie --format jpeg --bytes 20000 "$work/cards/$name.jpg"
done

# --- A call, and the error of one, by each kind of end.
ends 0 '^live +yes$' liveness "$work/selfie.jpg"
ends 0 '^\{"live":true,.*\}$' liveness "$work/selfie.jpg" --json --reference customer-1
ends 0 '^id_card.nama +Yu Andi Chen$' recognize "$work/selfie.jpg"
ends 0 '^full_name +yes$' validate --reference c-1 --nik 3671121401010004
ends 0 '^outcome +widget issued$' widget --reference order-0001 --phone 081234567890
ends 1 'No such file' liveness "$work/absent.jpg"
ends 2 'Try: kyc liveness --help' liveness
ends 3 'may be repeated +no' validate --reference sim-404 --nik 3671121401010004
ends 3 'nik +must be' validate --reference c-1 --nik 1
ends 4 'UPGRADE_NOT_FOUND' upgrades get nobody
ends 5 'yes, after 3s' validate --reference sim-429 --nik 3671121401010004
ends 5 'no gateway answers' health --address 127.0.0.1:1
ends 6 'request id +k-1;' validate --reference sim-500 --nik 3671121401010004 --request-id k-1
ends 6 'REQUEST_OUTCOME_UNKNOWN' validate --reference sim-500 --nik 3671121401010004 --request-id k-1
ends 5 '^\{"error":\{"code":"RESOURCE_EXHAUSTED","reason":"UPSTREAM_RATE_LIMITED"' validate --reference sim-429 --nik 3671121401010004 --json
printf '{"custRefNo": "c-2", "nik": "3671121401010004"}' >"$work/request.json"
ends 0 '^nik +yes$' validate --data "$work/request.json"
echo '{"secret": 1}' >"$work/wrong.json"
ends 2 'is no JSON of widekyc' validate --data "$work/wrong.json"

# --- A folder: refused pictures are done, one that may succeed later is asked for again, the others are not called twice.
ends 5 '6 of 6 done, 2 failed, 0 were done before' recognize "$work/cards" --output "$work/results"
[ "$(grep -c '"final":true' "$work/results")" = 5 ] || fail "not 5 final lines: $(cat "$work/results")"
before=$(calls)
ends 5 '6 of 6 done, 1 failed, 5 were done before' recognize "$work/cards" --output "$work/results"
# Without the file, the gateway still knows every answer that is final: only the picture that may succeed later is called.
after=$(calls)
[ "$before" != "$after" ] || fail 'the picture that may succeed later was not asked for again'
ends 5 '6 of 6 done, 2 failed' recognize "$work/cards"
again=$(calls)
[ "$(($(grep -oE '[0-9]+' <<<"$again") - $(grep -oE '[0-9]+' <<<"$after")))" = 1 ] || fail "more than one call: $after, $again"
ends 0 '"final":true' recognize "$work/cards/a.jpg" "$work/cards/b.jpg" --run another --parallel 1

# --- The log. The widget above set off one notification.
(cd "$work" && ends 0 '"originalReferenceNo":"order-0001"' watch 127.0.0.1:50051 --from earliest --until-caught-up --cursor-file cursor)
[ -s "$work/cursor" ] || fail 'no cursor was saved'
[ -z "$(kyc upgrades watch --until-caught-up --cursor-file "$work/cursor")" ] || fail 'an event comes again behind its cursor'
ends 0 'approved +order-0001' upgrades watch --from earliest --until-caught-up
ends 0 '"specversion":"1.0"' upgrades watch --since 1h --until-caught-up --format cloudevents
[ -z "$(kyc upgrades watch --from earliest --until-caught-up --filter status=rejected)" ] || fail 'a filter does not filter'
ends 0 '^SEQUENCE.*REFERENCE' upgrades list
ends 0 '^event.original_reference_no +order-0001$' upgrades get order-0001
ends 2 'FIELD=VALUE' upgrades watch --filter nik=1
echo garbled >"$work/garbled"
ends 3 'CURSOR_INVALID' upgrades watch --cursor-file "$work/garbled"

# --- Places, and what is passed on: each upgrade is posted in order, again until it is taken, and once.
ends 0 '^cursor +good$' cursor show "$work/cursor"
ends 0 'nextEvent.*at the log' cursor show "$(cat "$work/cursor")"
ends 3 'CURSOR_INVALID' cursor show "$work/garbled"
ends 0 '^http +200$' notify send --reference order-0002 --status rejected --callback-token-file "$2/secrets/netzme-callback-token"
ends 3 '^http +401$' notify send --reference order-0003 --callback-token-file "$work/garbled"
python3 tests/clients/kyc_hook.py "$work/posted" &
hook=$!
for ((i = 0; i < 100; ++i)); do [ ! -s "$work/posted.port" ] || break; read -r -t 0.1 <> <(:) || true; done
to=http://127.0.0.1:$(cat "$work/posted.port")/hook
ends 5 'order-0001.*HTTP 503' forward --to "$to?fail" --from earliest --until-caught-up --cursor-file "$work/forwarded" --tries 2
ends 0 'order-0002.*HTTP 200' forward --to "$to" --from earliest --until-caught-up --cursor-file "$work/forwarded"
[ -z "$(kyc forward --to "$to" --until-caught-up --cursor-file "$work/forwarded")" ] || fail 'what was taken is posted again'
ends 0 'HTTP 200' forward --to "$to" --from earliest --until-caught-up --format cloudevents
kill "$hook"
diff <(cut -d ' ' -f 1-3 "$work/posted") - <<<$'503 order-0001 notification
503 order-0001 notification
200 order-0001 notification
200 order-0002 notification
200 order-0001 cloudevents
200 order-0002 cloudevents' || fail 'what was posted is not what was due'
ends 5 'was not taken in 1 tries' forward --to http://127.0.0.1:1/ --from earliest --tries 1

# --- What an operator does.
curl -s -o /dev/null -H @"$2/secrets/netzme-callback-header" -H 'Content-Type: application/json' -d '{"status": "approved"}' \
  http://127.0.0.1:8081/v1.0/snap/account/upgrade/notify
ends 0 '^1 .* notification +1 ' quarantine list
ends 0 'masked_body' quarantine show 1
ends 3 'STILL_UNREADABLE' quarantine redrive 1
echo '{"originalReferenceNo": "order-0009", "custId": "c", "status": "approved", "additionalInfo": {"type": "upgrade_account"}}' \
  >"$work/corrected"
ends 0 '^sequence +[0-9]+$' quarantine redrive 1 --corrected "$work/corrected"
ends 0 '' quarantine discard 1
ends 4 'QUARANTINED_NOT_FOUND' quarantine show 1
ends 2 'an ID is a number' quarantine show one
ends 3 'BACKUP_NOT_CONFIGURED' backup first.db
ends 0 '^event.cust_id' upgrades get order-0001 --full -H 'x-purpose: complaint 4711'
ends 0 'GetUpgrade VIEW_FULL +[0-9]+ .*complaint 4711' audit --reference order-0001
ends 0 '"purpose":"complaint 4711"' audit --reference order-0001 --json --limit 5
[ -z "$(kyc audit --reference order-0002 --caller nobody)" ] || fail 'an entry of nobody'
ends 0 'EventLogService/Backup' audit --since 1h
ends 2 'do not go together' audit --reference order-0001 --customer c
days=(--from "$(date -u -d yesterday +%F)" --to "$(date -u -d '2 days' +%F)")
ends 0 '^CALLER +ACCOUNT +METHOD +OUTCOME +REASON +CALLS$' usage "${days[@]}"
ends 0 'WideKycService/ValidateId +surely_not_billed +INVALID_REQUEST +1$' usage "${days[@]}"
ends 0 'ValidateId +may_be_billed +UPSTREAM_INTERNAL_ERROR +1$' usage "${days[@]}"
ends 0 '^[0-9]{4}-[0-9]{2}-[0-9]{2},answered,[0-9]+$' usage "${days[@]}" --by outcome --by date --csv
ends 0 '"outcome":"USAGE_OUTCOME_ANSWERED"' usage "${days[@]}" --by outcome --json
ends 0 '' usage --month 2020-02
ends 2 'say --month' usage
ends 2 'is one of date' usage --month 2020-02 --by price
ends 3 'from_date +must be a day' usage --from yesterday

# --- The doctor: all is well here; what is not tells what to do, and by whose fault it ends.
ends 0 '^[0-9]+ ok, 0 to look at, 0 to mend$' doctor --config "$2/config.textproto"
ends 0 '"check":"store".*"verdict":"ok"' doctor --config "$2/config.textproto" --json
ends 2 'needs admin|No such file|cannot be read' doctor --config "$work/absent"
sed 's/18090/1/' "$2/config.textproto" >"$2/elsewhere"
ends 5 'finpay: Connection refused' doctor --config "$2/elsewhere"
cp "$2/secrets/lookup-key" "$work/lookup-key"
tr 'A-Za-z' 'B-ZAb-za' <"$work/lookup-key" >"$2/secrets/lookup-key"
ends 1 'written with another look-up key' doctor --config "$2/config.textproto"
cat "$work/lookup-key" >"$2/secrets/lookup-key"
kyc doctor --config "$2/config.textproto" --json | grep -qFf <(cat "$2"/secrets/*) && fail 'the doctor tells a secret'

# --- Settings: the line, the environment, the file.
mkdir -p "$XDG_CONFIG_HOME/kyc"
echo 'address = "127.0.0.1:1"' >"$XDG_CONFIG_HOME/kyc/settings.toml"
ends 5 'no gateway answers at 127.0.0.1:1' health
KYC_ADDRESS=127.0.0.1:50051 ends 0 'widekyc.v1.WideKycService +SERVING' health
ends 0 '\(the gateway\) +SERVING' health --address 127.0.0.1:50051
echo 'token = "s"' >"$XDG_CONFIG_HOME/kyc/settings.toml"
chmod 644 "$XDG_CONFIG_HOME/kyc/settings.toml"
ends 2 'chmod 600' health
rm "$XDG_CONFIG_HOME/kyc/settings.toml"

# --- What was there before.
ends 0 '^widekyc.v1.WideKycService$' list 127.0.0.1:50051
ends 0 '^widekyc.v1.WideKycService$' list
ends 0 'is a message' describe netzme.v1.UpgradeEvent
ends 0 '"originalReferenceNo": "order-0001"' call 127.0.0.1:50051 netzme.v1.UpgradeNotificationService/ListUpgrades -d '{}' -max-time 5
ends 72 'RESOURCE|ResourceExhausted' call widekyc.v1.WideKycService/ValidateId -d '{"custRefNo": "sim-429", "nik": "3671121401010004"}'
ends 0 '^widekyc.v1.WideKycService$' grpcurl -plaintext 127.0.0.1:50051 list
ends 0 '^Sent 1 request and received 1 response$' grpcurl -plaintext -v -format text -d '' 127.0.0.1:50051 grpc.health.v1.Health/Check
ends 0 '^  InvokeRPC: ' grpcurl -plaintext -vv 127.0.0.1:50051 grpc.health.v1.Health/Check
ends 0 'sim-quota' magic quota
ends 0 'DUPLICATE_REFERENCE' snap 4090001

# --- Completion: bash is offered kyc's own words, and runs the script.
[ "$(kyc __complete upgrades '')" = $'watch\nlist\nget' ] || fail "completion of upgrades: $(kyc __complete upgrades '')"
offered=$(bash -c 'eval "$(kyc completion bash)"; COMP_WORDS=(kyc upgrades l); COMP_CWORD=2; _kyc; echo "${COMPREPLY[@]}"')
[ "$offered" = list ] || fail "bash is offered: $offered"
echo 'kyc: every command answers and ends as it must'
