-- Who saw and did what to whose data. Entries are never changed; the owner removes old ones.
CREATE TABLE audit (
  id bigint PRIMARY KEY,
  time_us bigint NOT NULL,
  caller bytea NOT NULL,
  act bytea NOT NULL,
  outcome bytea NOT NULL,
  source bytea NOT NULL,
  reference_digest bytea NOT NULL,
  cust_id_digest bytea NOT NULL,
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  times bigint NOT NULL,
  purpose_digest bytea NOT NULL,
  sealed_purpose bytea NOT NULL,
  chain bytea NOT NULL
);
-- Of acts with '/Erase' in their name.
CREATE INDEX audit_of_erasures ON audit (reference_digest, cust_id_digest, time_us)
  WHERE position('\x2f4572617365'::bytea IN act) > 0;
