"""The command line, a file a kind of work. Like views: parse, open the transaction, call one action, print."""
