"""Forges that remember: real HTTP servers in a thread, each with a real bare Git repository behind it."""
