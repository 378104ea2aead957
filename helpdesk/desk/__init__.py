"""The agent's desk: take, talk, note, look up."""
