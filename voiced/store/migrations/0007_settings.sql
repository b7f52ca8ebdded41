-- What somebody set while voiced ran, and what outlives it: each by its name.
CREATE TABLE settings (
  name TEXT PRIMARY KEY CHECK (name != ''),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
