"""`trackside tag`, `note`, `star`, `archive`: what people say of runs afterwards, kept in `refs/notes/trackside`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import Any, Final

from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.errors import UsageError
from trackside.store import Store


def _runs(parser: ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="+", help="name, its beginning, or commit id")


def _tag_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="name, its beginning, or commit id")
    parser.add_argument("tags", metavar="TAG", nargs="+", help="any text")
    parser.add_argument("--remove", action="store_true", help="take the tags away")


def _tag(options: Namespace) -> int:
    if not all(tag.strip() for tag in options.tags):
        raise UsageError("A tag cannot be empty.", hint="trackside tag RUN TAG")
    names = _annotate(options, [options.run], {"untag" if options.remove else "tag": options.tags})
    words.say(f"{names}: {'removed' if options.remove else 'tagged'} {words.safe(', '.join(options.tags))}")
    return 0


def _note_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="name, its beginning, or commit id")
    parser.add_argument("text", metavar="TEXT", nargs="*", help="the note; it takes the place of the one before")
    parser.add_argument("--remove", action="store_true", help="take the note away")


def _note(options: Namespace) -> int:
    text = " ".join(options.text)
    if bool(text) == options.remove:
        raise UsageError("Write a note, or --remove.", hint="trackside note RUN TEXT")
    words.say(f"{_annotate(options, [options.run], {'note': text})}: {'note removed' if options.remove else 'noted'}")
    return 0


def _star_arguments(parser: ArgumentParser) -> None:
    _runs(parser)
    parser.add_argument("--remove", action="store_true", help="take the star away")


def _star(options: Namespace) -> int:
    names = _annotate(options, options.runs, {"star": not options.remove})
    words.say(f"{names}: {'star removed' if options.remove else 'starred'}")
    return 0


def _archive_arguments(parser: ArgumentParser) -> None:
    _runs(parser)
    parser.add_argument("--undo", action="store_true", help="show the runs in listings again")


def _archive(options: Namespace) -> int:
    names = _annotate(options, options.runs, {"archived": not options.undo})
    words.say(f"{names}: {'listed again' if options.undo else 'archived'}")
    return 0


def _annotate(options: Namespace, runs: Sequence[str], change: Mapping[str, Any]) -> str:
    store = Store(here(options))
    found = [store.find(name) for name in runs]
    store.annotate([oid for _, oid in found], change)
    return words.safe(", ".join(ref.name for ref, _ in found))


VERBS: Final = {
    "tag": Verb(example="trackside tag calm-otter-3f baseline reviewed", arguments=_tag_arguments, act=_tag),
    "note": Verb(
        example='trackside note calm-otter-3f "converges late, try a warm-up"', arguments=_note_arguments, act=_note
    ),
    "star": Verb(example="trackside star calm-otter-3f", arguments=_star_arguments, act=_star),
    "archive": Verb(
        example="trackside archive calm-otter-3f brave-lynx-07", arguments=_archive_arguments, act=_archive
    ),
}
