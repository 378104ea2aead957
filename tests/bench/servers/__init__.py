"""The servers under load: bare references, and our own web server with next to nothing in it. Each is a program."""
