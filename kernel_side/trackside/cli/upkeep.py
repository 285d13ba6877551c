"""`trackside recover`, `gc`, `doctor`: keep a clone in order."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here, no_arguments

_GLYPHS: Final = {"ok": "✓", "note": "·", "warning": "!", "error": "✗"}
_COLOURS: Final = {"ok": "32", "note": "2", "warning": "33", "error": "31"}


def _recover(options: Namespace) -> int:
    from trackside.recovery import recover

    done = recover(here(options), settling=True)
    for sealed in done.sealed:
        words.say(f"recovered {words.safe(sealed.name)}\t{sealed.oid[:12]}")
    for journal, error in done.waiting:
        words.note(f"{journal.stem} waits: {error.message} {error.hint}".rstrip())
    for error in done.troubles:
        words.note(f"{error.message} {error.hint}".rstrip())
    if done.settled:
        words.say(f"{done.settled} journals of sealed runs were checked and removed")
    if not (done.sealed or done.waiting or done.settled):
        words.say("nothing to recover")
    return 1 if done.waiting or done.troubles else 0


def _gc_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="remove it; without this only say what would go")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go (the default)")
    parser.add_argument("--pack-refs", action="store_true", help="with --force: pack refs, which makes listings faster")


def _gc(options: Namespace) -> int:
    from trackside.cleaning import clean, plan_cleaning

    repository = here(options)
    does = options.force and not options.dry_run
    found = clean(repository) if does else plan_cleaning(repository)
    verb = "removed" if does else "would remove"
    for ref, oid in found.trash:
        words.say(f"{verb} deleted run {words.safe(ref.name)} ({oid[:12]})")
    words.say(f"{verb} {found.journals} settled journals and {found.indexed} entries of the index")
    if does and options.pack_refs:
        repository.git.run("pack-refs", "--all")
        words.say("refs packed")
    if not does:
        words.say("trackside gc --force does it")
    return 0


def _doctor(options: Namespace) -> int:
    from trackside.doctor import examine

    report = examine(options.folder)
    if options.json:
        words.write_json(report)
    else:
        for finding in report["findings"]:
            message, hint = words.safe(finding["message"]), words.safe(finding["hint"])
            if words.is_terminal():
                words.say(f"\x1b[{_COLOURS[finding['level']]}m{_GLYPHS[finding['level']]}\x1b[m {message}")
                if hint:
                    words.say(f"    {hint}")
            else:
                words.say(f"{finding['level']}\t{finding['check']}\t{message}\t{hint}")
    return 1 if any(finding["level"] == "error" for finding in report["findings"]) else 0


VERBS: Final = {
    "recover": Verb(
        example="trackside recover",
        arguments=no_arguments,
        act=_recover,
        more="Listings do the first half of this by themselves: nothing is lost by not calling it.",
    ),
    "gc": Verb(example="trackside gc --force", arguments=_gc_arguments, act=_gc),
    "doctor": Verb(example="trackside doctor", arguments=add_json, act=_doctor),
}
