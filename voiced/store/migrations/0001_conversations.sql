-- Conversations and messages.
PRAGMA application_id = 0x766F6963; -- "voic": what tells our file from another program's

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

-- A message's place is its conversation's number times 2^24, plus its own number from 1: those of a conversation lie
-- beside each other in the file, in order, and the last fifty are one short walk.
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
