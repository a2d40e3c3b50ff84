-- A row while the log is being imported from another engine: until that ends nobody else may use it.
CREATE TABLE import (one int PRIMARY KEY CHECK (one = 1));
