"""The operations, a file a noun."""
