"""Files in: one format a file. Each takes a session, a path and the moment, and says what it did row by row."""
