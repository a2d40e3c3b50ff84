-- Least rights over the event log's tables, for psql by their owner, once the tables are there (a
-- process with the owner's role makes them at its start), and again after each new schema:
--
--   psql --dbname kyc --file roles.sql
--
-- Then give people's and processes' own users one of the roles: GRANT kyc_sidecar TO sidecar_1.
--
--   kyc_sidecar   a process with a webhook alone: appends, and knows what a reference came to; reads
--                 no sealed column
--   kyc_gateway   one with grpc, too: reads, redrives and discards what is in quarantine, erases and
--                 restricts personal data; claims calls' keys, stores their answers and frees them;
--                 counts calls
--   the owner     makes and migrates tables, adds partitions; the only one that removes events

CREATE ROLE kyc_sidecar NOLOGIN;
CREATE ROLE kyc_gateway NOLOGIN;

GRANT USAGE ON SCHEMA kyc TO kyc_sidecar;
GRANT SELECT ON kyc.schema_version, kyc.log, kyc.import TO kyc_sidecar;
GRANT UPDATE (next_sequence, chain, newest_time_us, next_quarantine_id) ON kyc.log TO kyc_sidecar;
GRANT SELECT, INSERT ON kyc.sealing_key TO kyc_sidecar;
GRANT INSERT ON kyc.event TO kyc_sidecar;
GRANT SELECT (sequence, event_id, account_digest, reference_digest, content_digest, chain)
  ON kyc.event TO kyc_sidecar;
GRANT SELECT, INSERT, UPDATE ON kyc.reference TO kyc_sidecar;
GRANT INSERT ON kyc.quarantine TO kyc_sidecar;
GRANT SELECT (id, body_digest, kind, account, source, received_time_us, size_bytes, times_received,
  redriven_time_us), UPDATE (times_received) ON kyc.quarantine TO kyc_sidecar;
-- Entries of the audit log are only added, each after the one before.
GRANT INSERT, SELECT (id, time_us, chain) ON kyc.audit TO kyc_sidecar;
-- What the standbys have, which the proof asks.
GRANT pg_read_all_stats TO kyc_sidecar;

GRANT kyc_sidecar TO kyc_gateway;
GRANT SELECT ON kyc.event TO kyc_gateway;
GRANT SELECT, UPDATE, DELETE ON kyc.quarantine TO kyc_gateway;
GRANT SELECT ON kyc.audit TO kyc_gateway;
-- To erase and to restrict.
GRANT UPDATE (reference_digest, cust_id_digest, type_digest, restricted, sealed_fields,
  sealed_raw_body) ON kyc.event TO kyc_gateway;
GRANT UPDATE (rewritten) ON kyc.log TO kyc_gateway;
-- Who used what is only added up.
GRANT SELECT, INSERT, UPDATE ON kyc.usage, kyc.usage_batch TO kyc_gateway;
-- Calls' keys.
GRANT SELECT, INSERT, UPDATE, DELETE ON kyc.call_key TO kyc_gateway;
GRANT UPDATE (lived_us) ON kyc.log TO kyc_gateway;
-- To let go what retention holds back.
GRANT SELECT, UPDATE (released) ON kyc.retention TO kyc_gateway;
