-- How often a key may be used in a day, and how often it was, on the local day of its last use.
ALTER TABLE keys ADD COLUMN requests_per_day INTEGER CHECK (requests_per_day > 0);
ALTER TABLE keys ADD COLUMN requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0);
