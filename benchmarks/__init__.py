"""Trackside measured beside its peers and beside what the machine itself can do."""
