"""The one door to Git: the only package that starts it."""
