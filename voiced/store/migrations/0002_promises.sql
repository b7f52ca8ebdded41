-- Timers, alarms and reminders.
CREATE TABLE promises (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('timer', 'alarm', 'reminder')),
  name TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('active', 'done', 'cancelled')),
  made_at REAL NOT NULL,
  changed_at REAL NOT NULL,
  due REAL,
  seconds REAL,
  monotonic REAL,
  boot TEXT NOT NULL DEFAULT '',
  schedule TEXT CHECK (schedule IS NULL OR json_valid(schedule)),
  unheard REAL
) STRICT;
CREATE INDEX promises_by_state ON promises (state, changed_at);
