-- Notes and pieces of documents; together with all messages they are what is remembered.
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

-- A memory's key is its number or, of a message, its place.
CREATE VIEW texts (key, title, text) AS
  SELECT number, title, text FROM memories UNION ALL SELECT place, CAST('' AS TEXT), content FROM messages;

-- What can be found: notes, documents and what was said, but not in deleted conversations. The casts give the columns of
-- both halves the same affinity: only then does SQLite look into each with its own indexes.
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

-- The words of everything in one index, so that their weights are the same for all.
DROP TRIGGER message_text_added;
DROP TRIGGER message_text_removed;
DROP TABLE messages_text;
CREATE VIRTUAL TABLE words USING fts5 (
  title, text, content = 'texts', content_rowid = 'key', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1); -- what is removed leaves no byte
INSERT INTO words (words) VALUES ('rebuild');

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

-- Whose vectors there are; the tables of a model are made with its first ones (store/vectors.py).
CREATE TABLE models (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  size INTEGER CHECK (size BETWEEN 1 AND 4096), -- numbers in a vector; NULL: there is none yet
  used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)) -- whether they are searched
) STRICT;
CREATE UNIQUE INDEX models_used ON models (used) WHERE used;
