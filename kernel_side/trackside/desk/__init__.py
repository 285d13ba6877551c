"""Answers what a panel asks, whatever carries the question: HTTP, lines of a pipe, messages of a widget.

`routes` is the table of questions, `answers` what each gives, `carried` asks it for carriers that have no web server.
"""
