"""Track notebook experiments into Git."""
