"""Runs, what people say of them, and their large files travel through the remotes a team already has."""
