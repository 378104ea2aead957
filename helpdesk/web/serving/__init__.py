"""What the web server is made of: the listener, the handler of one connection, the workers, tidy memory, a good ending."""
