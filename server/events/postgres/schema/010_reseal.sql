-- What became of a sealing key: 0 it seals, or opens what it sealed; 1 nothing may be sealed with it
-- any more; 2 nothing is, and it is refused. Keys come one after the other, by `added`.
ALTER TABLE sealing_key ADD state bigint NOT NULL DEFAULT 0;
ALTER TABLE sealing_key ADD added bigint NOT NULL DEFAULT 0;
UPDATE sealing_key SET added = key_id;
-- How often nothing more was let be sealed with a key: who seals then looks whether it is its own.
ALTER TABLE log ADD keys_changed bigint NOT NULL DEFAULT 0;
