-- What became of calls that have a key of their callers' own. Times are microseconds of the clock that
-- log.lived_us is a lower bound of: how long processes over this log have run in all. From lease_us on
-- other processes take a key for lost that is still claimed (state 1). An empty content: it is erased.
CREATE TABLE call_key (
  key_digest bytea PRIMARY KEY,
  content_digest bytea NOT NULL,
  subject_digest bytea,
  state bigint NOT NULL,
  run_id bytea NOT NULL,
  claimed_us bigint NOT NULL,
  lease_us bigint NOT NULL,
  sealed_answer bytea NOT NULL
) WITH (fillfactor = 80);
ALTER TABLE call_key ALTER sealed_answer SET STORAGE EXTERNAL;
CREATE INDEX call_key_by_subject ON call_key (subject_digest) WHERE subject_digest IS NOT NULL;
CREATE INDEX call_key_by_time ON call_key (claimed_us);
ALTER TABLE log ADD lived_us bigint NOT NULL DEFAULT 0;
