-- What time the process that keeps the log believes it is, for the next one: a row once it has said.
CREATE TABLE clock (
  one int PRIMARY KEY CHECK (one = 1),
  boot_id bytea NOT NULL,
  wall_offset_us bigint NOT NULL,
  aged_to_us bigint NOT NULL
);
