-- What an entry of the quarantine is, whose room it takes, and what became of it.

ALTER TABLE quarantine
  ADD kind bigint NOT NULL DEFAULT 1,
  ADD source bytea NOT NULL DEFAULT '',
  ADD request_id bytea NOT NULL DEFAULT '',
  ADD redriven_time_us bigint NOT NULL DEFAULT 0,
  ADD redriven_by bytea NOT NULL DEFAULT '',
  ADD redriven_sequence bigint NOT NULL DEFAULT 0;
