"""A run while it is not sealed: append, read, recover."""
