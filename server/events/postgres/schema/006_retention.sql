-- What retention holds back because of a clock: how many events, as who keeps the log told last, and
-- how often an operator has let go what waited.
CREATE TABLE retention (one int PRIMARY KEY CHECK (one = 1), waiting bigint NOT NULL, released bigint NOT NULL);
INSERT INTO retention VALUES (1, 0, 0);
