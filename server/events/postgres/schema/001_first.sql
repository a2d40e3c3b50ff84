-- The event log's tables. Each statement ends with a semicolon at the end of a line; a step runs as
-- one transaction. Digests are keyed HMACs; names ending in _us are microseconds since 1970.

CREATE TABLE schema_version (one int PRIMARY KEY CHECK (one = 1), version int NOT NULL);

-- One row: the log's head. It is updated at every commit, in place.
CREATE TABLE log (
  one int PRIMARY KEY CHECK (one = 1),
  log_id bytea NOT NULL,
  key_check bytea NOT NULL,
  next_sequence bigint NOT NULL,
  chain bytea NOT NULL,
  newest_time_us bigint NOT NULL,
  trimmed_sequence bigint NOT NULL,
  trimmed_chain bytea NOT NULL,
  trimmed_time_us bigint NOT NULL,
  due_sequence bigint NOT NULL,
  next_quarantine_id bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE sealing_key (key_id int PRIMARY KEY, proof bytea NOT NULL);

CREATE TABLE event (
  sequence bigint PRIMARY KEY,
  event_id bytea NOT NULL,
  received_time_us bigint NOT NULL,
  revision bigint NOT NULL,
  previous_status int NOT NULL,
  status int NOT NULL,
  anomalies bigint NOT NULL,
  type_digest bytea NOT NULL,
  account_digest bytea NOT NULL,
  reference_digest bytea NOT NULL,
  cust_id_digest bytea,
  content_digest bytea NOT NULL,
  chain bytea NOT NULL,
  sealed_fields bytea NOT NULL,
  sealed_raw_body bytea NOT NULL
) PARTITION BY RANGE (sequence);

-- Sealed bytes do not compress: nobody is to try.
ALTER TABLE event
  ALTER sealed_fields SET STORAGE EXTERNAL,
  ALTER sealed_raw_body SET STORAGE EXTERNAL;

CREATE INDEX event_by_reference ON event (reference_digest, sequence) INCLUDE (content_digest);
CREATE INDEX event_by_cust_id ON event (cust_id_digest, sequence) WHERE cust_id_digest IS NOT NULL;

-- The partitions of event: sequences from first_sequence on, below end_sequence.
CREATE TABLE event_partition (first_sequence bigint PRIMARY KEY, end_sequence bigint NOT NULL);

-- What each reference of an account came to. Written at each append, and kept longer than its
-- events. An empty account: of a log that was moved here, not known whose.
CREATE TABLE reference (
  reference_digest bytea NOT NULL,
  account_digest bytea NOT NULL,
  sequence bigint NOT NULL,
  revision bigint NOT NULL,
  status int NOT NULL,
  content_digest bytea NOT NULL,
  updated_time_us bigint NOT NULL,
  PRIMARY KEY (reference_digest, account_digest)
) WITH (fillfactor = 80);

CREATE TABLE quarantine (
  id bigint PRIMARY KEY,
  body_digest bytea NOT NULL UNIQUE,
  received_time_us bigint NOT NULL,
  answer bytea NOT NULL,
  account bytea NOT NULL,
  times_received bigint NOT NULL,
  size_bytes bigint NOT NULL,
  sealed_body bytea NOT NULL
);
