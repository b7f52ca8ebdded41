-- Who may do what, what was done, what it took, and answers that are kept for a while.

-- A key is proven by the hash of its secret, whose parameters stand in it: nothing here opens anything.
CREATE TABLE keys (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (hash GLOB '$scrypt$*'),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  tokens_per_day INTEGER CHECK (tokens_per_day > 0),
  made_at REAL NOT NULL,
  changed_at REAL NOT NULL,
  expires_at REAL,
  used_at REAL,
  revoked_at REAL
) STRICT;

-- What is in it stays as it is. The one way out is age: whoever removes sets `audit_retention.before`, removes what is
-- older, and sets it back to 0, all in one transaction (`store/audit.py`).
CREATE TABLE audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: a gap tells of what was removed
  id TEXT NOT NULL UNIQUE,
  at REAL NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  result TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE TABLE audit_retention (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  before REAL NOT NULL
) STRICT;
INSERT INTO audit_retention VALUES (1, 0);

-- Replacing a row would remove it past the trigger below: what is there already is left as it is.
CREATE TRIGGER audit_added BEFORE INSERT ON audit
  WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR number = NEW.number) BEGIN
  SELECT RAISE(IGNORE);
END;
CREATE TRIGGER audit_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_removed BEFORE DELETE ON audit
  WHEN OLD.at >= ifnull((SELECT before FROM audit_retention), 0) BEGIN
  SELECT RAISE(ABORT, 'the audit log is only added to');
END;

-- What each turn took. The figures outlive a conversation that is purged; its name does not.
CREATE TABLE usage (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at REAL NOT NULL,
  turn TEXT,
  model TEXT,
  conversation TEXT,
  key TEXT,
  tokens_in INTEGER NOT NULL CHECK (tokens_in >= 0),
  tokens_cached INTEGER NOT NULL CHECK (tokens_cached >= 0),
  tokens_out INTEGER NOT NULL CHECK (tokens_out >= 0),
  heard_s REAL NOT NULL CHECK (heard_s >= 0),
  spoken_s REAL NOT NULL CHECK (spoken_s >= 0),
  inference_s REAL NOT NULL CHECK (inference_s >= 0),
  cost REAL NOT NULL CHECK (cost >= 0)
) STRICT;
CREATE INDEX usage_by_time ON usage (at);
CREATE INDEX usage_by_conversation ON usage (conversation) WHERE conversation IS NOT NULL;
CREATE TRIGGER usage_forgets AFTER DELETE ON conversations BEGIN
  UPDATE usage SET conversation = NULL WHERE conversation = OLD.id;
END;

-- Answers of models and searches, under the digest of all that they depend on.
CREATE TABLE answers (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('model', 'search')),
  privacy TEXT NOT NULL CHECK (privacy IN ('public', 'personal')), -- what is sensitive or secret is not kept here
  content TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  made_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  used_at REAL NOT NULL,
  hits INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX answers_by_use ON answers (used_at, number);
