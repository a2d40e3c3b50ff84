#!/usr/bin/env bash
# promote.sh STATE: inside a cluster of cluster.sh whose leading server is gone: the standby that is furthest leads from now on. In an
# order that loses nothing that was acknowledged, and needs nothing of the old leader.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0" >&2; exit 2; }
state=$1
export PGPASSFILE=$state/secrets/pgpass

# ask NUMBER STATEMENT
ask() { psql -X -q -t -A -h 127.0.0.1 -p "1543$1" -U kyc -d postgres -c "$2"; }

# follow NUMBER CONNINFO: from whom it takes what is written; nobody if that is empty.
follow() {
  ask "$1" "ALTER SYSTEM SET primary_conninfo = '$2'" && ask "$1" 'SELECT pg_reload_conf()' >/dev/null
}

standbys=() best='' furthest=-1
for number in 1 2 3; do
  [ "$(ask "$number" 'SELECT pg_is_in_recovery()' 2>/dev/null || true)" != t ] || standbys+=("$number")
done
# With one of two standbys asked for, an acknowledged event may be on either: both must answer.
[ ${#standbys[@]} -ge 2 ] || { echo "promote.sh: of the standbys only ${standbys[*]:-none} answers: one that has everything may be missing." >&2; exit 1; }

# From here on the old leader can acknowledge nothing, should it live after all.
for number in "${standbys[@]}"; do
  follow "$number" ''
  until [ "$(ask "$number" 'SELECT count(*) FROM pg_stat_wal_receiver')" = 0 ]; do sleep 0.1; done
done
for number in "${standbys[@]}"; do
  at=$(ask "$number" "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn")
  [ "$at" -le "$furthest" ] || { furthest=$at best=$number; }
done
[ "$(ask "$best" 'SELECT pg_promote()')" = t ]
for number in "${standbys[@]}"; do
  [ "$number" = "$best" ] || follow "$number" "host=127.0.0.1 port=1543$best user=kyc passfile=$state/secrets/pgpass application_name=server_$number"
done
# So that pg_rewind sees the new history.
ask "$best" CHECKPOINT
echo "server-$best leads. The old one must not start as it was: rewind it (pg_rewind) or make it anew (pg_basebackup), with standby.signal."
