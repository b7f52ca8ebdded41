-- The words of all messages, for search.
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
