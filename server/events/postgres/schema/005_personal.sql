-- What of an event, and of a reference, is hidden; and how often events were changed after they were
-- committed, so that who keeps them in memory knows.
ALTER TABLE event ADD restricted int NOT NULL DEFAULT 0;
ALTER TABLE reference ADD restricted int NOT NULL DEFAULT 0;
ALTER TABLE log ADD rewritten bigint NOT NULL DEFAULT 0;
