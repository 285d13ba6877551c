"""`trackside recover`, `gc`, `doctor`: keep a clone in order."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here, no_arguments
from trackside.errors import TracksideError, UsageError

if TYPE_CHECKING:
    from trackside.cleaning import Cleaning, Files, Stored

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
    parser.add_argument("--files", action="store_true", help="with --force: large files too that nothing needs")
    parser.add_argument("--outside", action="store_true", help="with --files: out of a cache outside this clone too")
    parser.add_argument(
        "--grace", type=int, metavar="DAYS", default=14, help="large files younger than this stay (default: 14)"
    )
    parser.add_argument("--pack-refs", action="store_true", help="with --force: pack refs, which makes listings faster")
    add_json(parser)


def _gc(options: Namespace) -> int:
    from trackside.cleaning import clean, clean_files, plan_cleaning, tell_cleaning

    if options.grace < 1:
        raise UsageError("--grace takes a whole number of days, at least 1.", hint="trackside gc --help")
    if options.outside and not options.files:
        raise UsageError("--outside is about large files.", hint="trackside gc --force --files --outside")
    repository = here(options)
    does = options.force and not options.dry_run
    if not does:
        found = plan_cleaning(repository, grace=options.grace)
    else:
        found = clean(repository)
        if options.files:
            try:
                found.files = clean_files(repository, grace=options.grace, outside=options.outside)
            except TracksideError as error:
                # What was removed before is told all the same.
                found.files.problem = error
    if does and options.pack_refs:
        repository.git.run("pack-refs", "--all")
    if options.json:
        words.write_json(tell_cleaning(found, done=does))
    else:
        _say_cleaned(found, does=does)
        if does:
            _say_gone(found.files)
        else:
            _say_needless(found.files)
        if does and options.pack_refs:
            words.say("refs packed")
        problem = found.files.problem
        if problem is not None:
            words.note(problem.message)
            words.note(f"  {problem.hint}".rstrip())
        if not does:
            words.say("trackside gc --force does it; --files with it removes large files too")
    return 1 if does and found.files.problem is not None else 0


def _say_cleaned(found: Cleaning, *, does: bool) -> None:
    verb = "removed" if does else "would remove"
    for ref, oid in found.trash:
        words.say(f"{verb} deleted run {words.safe(ref.name)} ({oid[:12]})")
    for one in found.restores:
        when = words.moment(one.restored)[:10]
        words.say(f"{verb} what restore of {words.safe(one.run)} kept on {when} ({words.size(one.size)})")
    if found.fetched:
        words.say(f"{verb} {len(found.fetched)} refs of pulls that were interrupted")
    words.say(f"{verb} {found.journals} settled journals and {found.indexed} entries of the index")


def _say_needless(files: Files) -> None:
    for held in files.caches:
        where = words.safe(str(held.cache.folder))
        for one in held.needless:
            words.say(f"would remove {_object(one)} from {where}")
        if held.needless and held.is_outside:
            words.say(f"{where} lies outside this clone, and others may need what it holds: only with --outside")
        _say_staying(held.young, where, "younger than the grace time, or linked from a work tree")
        _say_staying(held.strange, where, "not put there by Trackside; for `dvc gc` see docs/storage.md")


def _say_staying(staying: Sequence[Stored], where: str, why: str) -> None:
    if staying:
        size = words.size(sum(one.size for one in staying))
        words.say(f"{len(staying)} objects ({size}) in {where} that nothing needs stay: {why}")


def _say_gone(files: Files) -> None:
    for held in files.caches:
        gone = files.gone.get(held.cache.folder, [])
        where = words.safe(str(held.cache.folder))
        for one in gone:
            words.say(f"removed {_object(one)} from {where}")
        if gone:
            words.say(f"{words.size(sum(one.size for one in gone))} freed in {where}")
        elif held.needless and held.is_outside:
            words.say(
                f"{len(held.needless)} needless objects stay in {where}, which lies outside this clone: --outside"
            )


def _object(one: Stored) -> str:
    what = words.safe(one.path) or "a file of unknown name"
    return f"{what} ({one.oid}, {words.size(one.size)})"


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
    "gc": Verb(
        example="trackside gc --force",
        arguments=_gc_arguments,
        act=_gc,
        more=(
            "Runs in the trash, and what `restore` wrote over, go after 30 days; Git frees their space later.\n"
            "Large files go only with --files: those that Trackside put into the cache and that no run, commit,\n"
            "stash, index, reflog or work tree names any more. `trackside storage` shows what takes the space."
        ),
    ),
    "doctor": Verb(example="trackside doctor", arguments=add_json, act=_doctor),
}
