"""One file that keeps its promises: SQLite, through apsw."""
