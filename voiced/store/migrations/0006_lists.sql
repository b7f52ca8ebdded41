-- What is on lists: for shopping, to be done, to be packed. A list is there as long as something is on it.
CREATE TABLE entries (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the order in which they were added
  id TEXT NOT NULL UNIQUE,
  list TEXT NOT NULL CHECK (list != ''),
  text TEXT NOT NULL CHECK (text != ''),
  at REAL NOT NULL,
  space TEXT NOT NULL DEFAULT 'home'
) STRICT;
CREATE UNIQUE INDEX entries_once ON entries (space, list, text COLLATE NOCASE);
