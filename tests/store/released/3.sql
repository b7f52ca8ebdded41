-- A file of version 3, as it was written by that version: schema and rows.
PRAGMA application_id = 0x766F6963;
PRAGMA user_version = 3;
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
INSERT INTO conversations VALUES (1, '19a0000000000000001', 'Dinner', 'kitchen', 'anna', '["food"]', 'active', 1764000000.0, 1764000000.0, 1764000002.5, 2, '{"a":1}');
INSERT INTO conversations VALUES (2, '19a0000000000000002', '', 'home', '', '[]', 'archived', 1764000100.0, 1764000100.0, 1764000100.0, 1, '{}');
INSERT INTO messages VALUES (16777217, '19a0000000000000011', 'user', 'how long do eggs take', 1764000001.0, 't1', NULL, 'voice', 'command', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'personal', NULL);
INSERT INTO messages VALUES (16777218, '19a0000000000000012', 'assistant', 'Ten minutes, for “hard” ones.', 1764000002.5, 't1', 'r1', 'voice', 'chat', 'small', 'tiny-0.5b', 40, 12, 812.5, 'Ten minutes,', '[{"kind":"web","reference":"https://example.org/eggs"}]', 'public', '{"intent":"Ask"}');
INSERT INTO messages VALUES (33554433, '19a0000000000000013', 'user', 'grüße 🎈', 1764000100.0, NULL, NULL, 'text', 'command', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'secret', NULL);
INSERT INTO promises VALUES (1, '19a0000000000000021', 'timer', 'pizza', 'active', 1764000000.0, 1764000000.0, 1764000600.0, 600.0, 5000.0, 'boot', NULL, NULL);
INSERT INTO promises VALUES (2, '19a0000000000000022', 'alarm', '', 'done', 1764000000.0, 1764000000.0, NULL, NULL, NULL, '', '{"time":"07:00","days":[0,1]}', NULL);
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
CREATE VIRTUAL TABLE messages_text USING fts5 (
  content, content = 'messages', content_rowid = 'place', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO messages_text (messages_text, rank) VALUES ('secure-delete', 1); -- what is removed leaves no byte
INSERT INTO messages_text (messages_text) VALUES ('rebuild');
CREATE TRIGGER message_text_added AFTER INSERT ON messages BEGIN
  INSERT INTO messages_text (rowid, content) VALUES (NEW.place, NEW.content);
END;
CREATE TRIGGER message_text_removed AFTER DELETE ON messages BEGIN
  INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', OLD.place, OLD.content);
END;
