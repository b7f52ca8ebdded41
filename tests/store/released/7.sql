-- A file of version 7, as it was written by that version: schema and rows.
PRAGMA application_id = 0x766F6963;
PRAGMA user_version = 7;
CREATE TABLE conversations (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the places of messages begin with it
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL DEFAULT '',
  space TEXT NOT NULL DEFAULT 'home',
  user TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived', 'closed', 'deleted')),
  made_at REAL NOT NULL,
  changed_at REAL NOT NULL,
  last_at REAL NOT NULL,
  messages INTEGER NOT NULL DEFAULT 0,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata))
) STRICT;
CREATE INDEX conversations_by_time ON conversations (last_at, number);
CREATE TABLE messages (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system', 'tool')),
  content TEXT NOT NULL,
  at REAL NOT NULL,
  turn TEXT,
  request TEXT,
  channel TEXT NOT NULL,
  mode TEXT NOT NULL,
  tier TEXT,
  model TEXT,
  tokens_in INTEGER,
  tokens_out INTEGER,
  latency_ms REAL,
  spoken TEXT,
  sources TEXT CHECK (sources IS NULL OR json_valid(sources)),
  privacy TEXT NOT NULL CHECK (privacy IN ('public', 'personal', 'sensitive', 'secret')),
  metadata TEXT CHECK (metadata IS NULL OR json_valid(metadata))
) STRICT;
CREATE UNIQUE INDEX messages_by_id ON messages (id);
CREATE INDEX messages_by_time ON messages (at);
CREATE UNIQUE INDEX messages_by_request ON messages (request, role) WHERE request IS NOT NULL;
CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
  SELECT RAISE(ABORT, 'a message without a conversation')
    WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE number = NEW.place >> 24);
  UPDATE conversations SET messages = messages + 1, last_at = max(last_at, NEW.at) WHERE number = NEW.place >> 24;
END;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
  UPDATE conversations SET messages = messages - 1 WHERE number = OLD.place >> 24;
END;
CREATE TRIGGER conversation_removed AFTER DELETE ON conversations BEGIN
  DELETE FROM messages WHERE place BETWEEN OLD.number << 24 AND (OLD.number << 24) + 0xFFFFFF;
END;
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
CREATE TABLE memories (
  number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number < 0x1000000), -- never used twice, and below all places of messages
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('note', 'document')),
  text TEXT NOT NULL CHECK (text != ''),
  at REAL NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  space TEXT NOT NULL DEFAULT 'home',
  user TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  source TEXT CHECK (source IS NULL OR json_valid(source)),
  privacy TEXT NOT NULL DEFAULT 'personal' CHECK (privacy IN ('public', 'personal', 'sensitive', 'secret'))
) STRICT;
CREATE INDEX memories_by_time ON memories (at, number);
CREATE VIEW texts (key, title, text) AS
  SELECT number, title, text FROM memories UNION ALL SELECT place, CAST('' AS TEXT), content FROM messages;
CREATE VIEW remembered (key, id, kind, text, at, title, space, user, tags, source, reference, privacy, role) AS
  SELECT number, id, kind, text, at, title, space, user, tags, source, CAST(source ->> 'reference' AS TEXT), privacy,
    CAST(NULL AS TEXT)
  FROM memories
  UNION ALL
  SELECT place, messages.id, CAST('message' AS TEXT), content, at, title, space, user, tags, CAST(NULL AS TEXT),
    conversations.id, privacy, role
  FROM messages JOIN conversations
    ON number = place >> 24 AND place BETWEEN number << 24 AND (number << 24) + 0xFFFFFF
  WHERE status != 'deleted' AND role IN ('user', 'assistant') AND trim(content, char(9, 10, 13, 32)) != '';
CREATE VIRTUAL TABLE words USING fts5 (
  title, text, content = 'texts', content_rowid = 'key', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER message_words_added AFTER INSERT ON messages BEGIN
  INSERT INTO words (rowid, title, text) VALUES (NEW.place, '', NEW.content);
END;
CREATE TRIGGER message_words_removed AFTER DELETE ON messages BEGIN
  INSERT INTO words (words, rowid, title, text) VALUES ('delete', OLD.place, '', OLD.content);
END;
CREATE TRIGGER memory_words_added AFTER INSERT ON memories BEGIN
  INSERT INTO words (rowid, title, text) VALUES (NEW.number, NEW.title, NEW.text);
END;
CREATE TRIGGER memory_words_removed AFTER DELETE ON memories BEGIN
  INSERT INTO words (words, rowid, title, text) VALUES ('delete', OLD.number, OLD.title, OLD.text);
END;
CREATE TABLE models (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  size INTEGER CHECK (size BETWEEN 1 AND 4096), -- numbers in a vector; NULL: there is none yet
  used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)) -- whether they are searched
) STRICT;
CREATE UNIQUE INDEX models_used ON models (used) WHERE used;
CREATE TABLE entries (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the order in which they were added
  id TEXT NOT NULL UNIQUE,
  list TEXT NOT NULL CHECK (list != ''),
  text TEXT NOT NULL CHECK (text != ''),
  at REAL NOT NULL,
  space TEXT NOT NULL DEFAULT 'home'
) STRICT;
CREATE UNIQUE INDEX entries_once ON entries (space, list, text COLLATE NOCASE);
CREATE TABLE settings (
  name TEXT PRIMARY KEY CHECK (name != ''),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO conversations VALUES (1, '19a0000000000000001', 'Dinner', 'kitchen', 'anna', '["food"]', 'active', 1764000000.0, 1764000000.0, 1764000002.5, 0, '{"a":1}');
INSERT INTO conversations VALUES (2, '19a0000000000000002', '', 'home', '', '[]', 'archived', 1764000100.0, 1764000100.0, 1764000100.0, 0, '{}');
INSERT INTO messages VALUES (16777217, '19a0000000000000011', 'user', 'how long do eggs take', 1764000001.0, 't1', NULL, 'voice', 'command', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'personal', NULL);
INSERT INTO messages VALUES (16777218, '19a0000000000000012', 'assistant', 'Ten minutes, for “hard” ones.', 1764000002.5, 't1', 'r1', 'voice', 'chat', 'small', 'tiny-0.5b', 40, 12, 812.5, 'Ten minutes,', '[{"kind":"web","reference":"https://example.org/eggs"}]', 'public', '{"intent":"Ask"}');
INSERT INTO messages VALUES (33554433, '19a0000000000000013', 'user', 'grüße 🎈', 1764000100.0, NULL, NULL, 'text', 'command', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'secret', NULL);
INSERT INTO promises VALUES (1, '19a0000000000000021', 'timer', 'pizza', 'active', 1764000000.0, 1764000000.0, 1764000600.0, 600.0, 5000.0, 'boot', NULL, NULL);
INSERT INTO promises VALUES (2, '19a0000000000000022', 'alarm', '', 'done', 1764000000.0, 1764000000.0, NULL, NULL, NULL, '', '{"time":"07:00","days":[0,1]}', NULL);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1); -- what is removed leaves no byte

INSERT INTO memories (id, kind, text, at, title) VALUES ('m1', 'note', 'the key hangs by the door', 1764000200.0, 'Key');
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO audit_retention VALUES (1, 0);
INSERT INTO audit (id, at, who, action, subject, result) VALUES ('a1', 1700000000.0, 'uid:1000', 'POST /say', '', '204');
INSERT INTO usage VALUES (1, 'u1', 1700000000.0, 't1', 'rules', NULL, NULL, 0, 0, 0, 1.5, 1.0, 0.0, 0.0);
INSERT INTO answers (id, kind, privacy, content, bytes, made_at, expires_at, used_at) VALUES
  ('d1', 'search', 'public', 'It rains.', 9, 1700000000.0, 1700003600.0, 1700000000.0);
INSERT INTO entries (id, list, text, at) VALUES ('e1', 'shopping', 'eggs', 1700000000.0);
INSERT INTO keys (id, label, hash, scopes, tokens_per_day, made_at, changed_at, used_at) VALUES
  ('k1', 'phone', '$scrypt$ln=4,r=8,p=1$c2FsdA==$aGFzaA==', '["read"]', 100, 1700000000.0, 1700000000.0, 1700000100.0);
INSERT INTO settings VALUES ('quiet.until', '1700003600.0');
