"""From what the kernel does to journal events."""
