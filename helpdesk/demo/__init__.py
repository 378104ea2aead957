"""Norrälvens kommun: an invented municipality to try the program on. Everything in it is made up, and seeded."""
