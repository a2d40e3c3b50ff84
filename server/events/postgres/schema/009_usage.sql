-- Who used what: calls by day (days since 1970), caller, account, method and what they mean for an invoice.
-- usage_batch has the last batch of each process's run, so that one that is repeated is not added twice.
CREATE TABLE usage (
  day bigint NOT NULL,
  caller bytea NOT NULL,
  account bytea NOT NULL,
  method bytea NOT NULL,
  billing bigint NOT NULL,
  reason bytea NOT NULL,
  calls bigint NOT NULL,
  PRIMARY KEY (day, caller, account, method, billing, reason)
) WITH (fillfactor = 50);
CREATE TABLE usage_batch (run_id bytea PRIMARY KEY, number bigint NOT NULL, day bigint NOT NULL)
  WITH (fillfactor = 50);
