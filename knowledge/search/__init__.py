"""Finds what people mean. Pure: text and documents come in, hits go out; no database, no clock, no settings."""
