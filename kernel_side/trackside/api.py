"""The verbs: what a script, the magic and every front end call.

One process has at most one open run. Verbs that log write to its journal and return when that is on disk.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.errors import NotFoundError, StateError, TracksideError, UsageError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from trackside.capture.live import LiveCapture
    from trackside.catalogue import Catalogue
    from trackside.contract import Comparison, Details, Listing, Promoted, PromotePreview
    from trackside.recorder import End, Outcome, Recorder
    from trackside.review.asked import Asked
    from trackside.sharing.told import Shared

_recorder: Recorder | None = None
_capture: LiveCapture | None = None
_coming: Future[LiveCapture] | None = None
#: Whether the last run was ended from outside, so that a loop which goes on logging is not stopped by it.
_was_ended_outside = False
#: Seconds between looks for a word from outside.
_LISTENS_EVERY: Final = 0.3
_LARGEST_IMAGE: Final = 20_000_000
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


class RunHandle:
    """The run `start` opened; as a context manager it ends with its block, `failed` when the block raised."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def name(self) -> str:
        """Its name in this clone."""
        return self._recorder.name

    @property
    def id(self) -> str:
        """Its id, unique everywhere."""
        return self._recorder.id

    @property
    def is_open(self) -> bool:
        """Whether it can still be logged to."""
        return self._recorder.is_open

    def log(self, metrics: Mapping[str, object] | None = None, /, *, step: int | None = None, **more: object) -> None:
        """Log points to this run; see `trackside.log`."""
        _log(self._recorder, metrics, step, more)

    def __enter__(self) -> RunHandle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._recorder is _recorder and self._recorder.is_open:
            finish("failed" if error is not None else "finished")

    def __repr__(self) -> str:
        return f"<trackside run {self.name}{'' if self.is_open else ' (ended)'}>"


def start(
    name: str | None = None,
    *,
    params: Mapping[str, object] | None = None,
    tags: Iterable[str] = (),
    note: str = "",
    title: str = "",
    notebook: str | os.PathLike[str] | None = None,
) -> RunHandle:
    """Start a run; one that is open is ended first.

    `name` may be any text: what cannot be a name becomes the title of a run whose name is made from it.
    `notebook` says which file this is where that cannot be found out. Raises StorageError only when neither
    the repository nor the user's state folder can be written; any other trouble is told with the run.
    """
    global _recorder, _was_ended_outside
    from trackside import names
    from trackside.opening import begin

    asked = _asked_outside()
    name = asked.get("name") or name
    tags = [*_texts(tags), *(tag for tag in asked.get("tags", ()) if tag not in tags)]
    note = asked.get("note") or note
    previous = _recorder
    if previous is not None and previous.is_open:
        finish(reason="next-run", wait=0.0)
    shown = names.slug(name) if name else ""
    if name and shown != name:
        title = title or name
    location = _location()
    path = os.path.abspath(notebook) if notebook is not None else location.path
    _recorder = begin(
        shown or names.make_up_name(),
        explicit_name=bool(shown),
        folder=os.getcwd(),
        notebook=path,
        frontend=location.frontend,
        title=title,
        tags=tags,
        note=note,
        capture=_following(),
    )
    _was_ended_outside = False
    if params:
        _recorder.params(params)
    with contextlib.suppress(RuntimeError):  # the interpreter is going and starts no thread any more
        threading.Thread(target=_listen, args=(_recorder,), name="trackside-asked", daemon=True).start()
    return RunHandle(_recorder)


def log(metrics: Mapping[str, object] | None = None, /, *, step: int | None = None, **more: object) -> None:
    """Log one point for each metric, on disk when this returns: `log(loss=0.3, step=7)`.

    Without `step` each metric counts its own points from 0. Values are numbers or 0-d arrays; UsageError
    for anything else, StateError when no run is open.
    """
    _log(_recorder, metrics, step, more)


def _log(
    recorder: Recorder | None, metrics: Mapping[str, object] | None, step: int | None, more: dict[str, Any]
) -> None:
    if recorder is None or recorder.has_ended:
        if _was_ended_outside and _recorder is None:
            return
        raise _no_run()
    for name, value in more.items():
        recorder.point(name, value, step)
    if metrics:
        for name, value in metrics.items():
            recorder.point(name, value, step)


def log_params(values: Mapping[str, object] | None = None, /, **more: object) -> None:
    """Log parameters; nested mappings get dotted names. They win over what capture finds by itself."""
    _open().params({**(values or {}), **more})


def log_artifact(path: str | os.PathLike[str], *, store: Literal["auto", "git", "dvc"] = "auto") -> dict[str, Any]:
    """Keep a file or folder with the run as it is now; return {path, size, md5, stored}.

    Small files go into Git, large ones into DVC's cache (or, without DVC, into the clone's own). The file itself
    is only read. Raises NotFoundError, UsageError or StorageError; nothing is kept then.
    """
    facts = _open().keep_artifact(path, store)
    return {key: facts[key] for key in ("path", "size", "md5", "stored")}


def log_input(*paths: str | os.PathLike[str]) -> None:
    """Say that the run reads these files or folders: their versions are recorded, as Git or DVC knows them.

    The files are not copied. One that does not exist or lies outside the repository is told of in a sentence.
    """
    for message, hint in note_inputs(paths):
        print(f"Trackside: {message} {hint}".rstrip(), file=sys.stderr)  # noqa: T201  # as in `end`


def note_inputs(paths: Iterable[str | os.PathLike[str]]) -> list[tuple[str, str]]:
    """Declare inputs; return (sentence, hint) of each that cannot be one, for a front end that shows it."""
    recorder = _open()
    return [told for path in paths if (told := recorder.declare_input(path))[0]]


def log_image(name: str, image: object, *, step: int | None = None) -> None:
    """Keep an image: PNG, JPEG, GIF or WebP as bytes or file, a PIL image, or a Matplotlib figure."""
    recorder = _open()
    data = _image_bytes(image)
    mime = next((mime for head, mime in _SIGNATURES if data.startswith(head)), None)
    if mime is None:
        raise UsageError("That is no PNG, JPEG, GIF or WebP image.", hint="Save it as PNG first.")
    if len(data) > _LARGEST_IMAGE:
        raise UsageError("The image is larger than 20 MB.", hint="Keep it with log_artifact instead.")
    recorder.journal.append("image", name=name, step=step, mime=mime, file=recorder.journal.keep(data))


def log_figure(name: str, figure: object, *, step: int | None = None) -> None:
    """Keep a Matplotlib figure (anything with `savefig`) as a PNG image."""
    log_image(name, figure, step=step)


def _image_bytes(image: object) -> bytes:
    if isinstance(image, (bytes, bytearray, memoryview)):
        return bytes(image)
    if isinstance(image, (str, os.PathLike)):
        try:
            return Path(image).read_bytes()
        except OSError as error:
            raise UsageError(f"The image {os.fspath(image)} cannot be read: {error.strerror}.") from error
    import io

    buffer = io.BytesIO()
    for method, options in (("savefig", {"format": "png", "bbox_inches": "tight"}), ("save", {"format": "PNG"})):
        write = getattr(image, method, None)
        if callable(write):
            write(buffer, **options)
            return buffer.getvalue()
    raise UsageError(f"A {type(image).__name__} is no image.", hint="Give bytes, a file, a PIL image or a figure.")


def end(status: End | None = None, *, discard: bool = False) -> None:
    """End the open run and seal it; `discard` throws it away. StateError when no run is open."""
    outcome = finish(status, discard=discard)
    if outcome.trouble is not None:
        print(f"Trackside: {outcome.trouble.message} {outcome.trouble.hint}".rstrip(), file=sys.stderr)  # noqa: T201  # a script has no other place to be told


def finish(status: End | None = None, *, reason: str = "user", discard: bool = False, wait: float = 30.0) -> Outcome:
    """End the open run and tell how that went, for a front end that shows it."""
    global _recorder
    recorder, _recorder = _open(), None
    return recorder.end(status, reason=reason, discard=discard, wait=wait)


def _listen(recorder: Recorder) -> None:
    """End the run when somebody outside asks for it: the panel, which can only leave a word beside the journal."""
    from trackside.journal.asked import take_ask

    process = os.getpid()
    while not recorder.background.ended.wait(_LISTENS_EVERY):
        if not recorder.is_open or os.getpid() != process:
            return
        asked = take_ask(recorder.journal.path)
        if asked is not None:
            _end_as_asked(recorder, discard=asked == "discard")
            return


def _end_as_asked(recorder: Recorder, *, discard: bool) -> None:
    global _recorder, _was_ended_outside
    from trackside.recorder import untold

    try:
        if _recorder is recorder:
            _recorder, _was_ended_outside = None, True
        outcome = recorder.end(None, reason="asked", discard=discard, wait=600.0)
    except Exception:
        # It ended by itself at the same moment; or the journal has it, and the next reader seals it.
        return
    if outcome.trouble is not None:
        untold.append(outcome.trouble)


def current() -> RunHandle | None:
    """Return the open run of this process, or None."""
    return RunHandle(_recorder) if _recorder is not None and _recorder.is_open else None


def recorder() -> Recorder | None:
    """Return the open run's recorder, for front ends."""
    return _recorder if _recorder is not None and _recorder.is_open else None


def declare(what: Literal["params", "metrics", "ignore"], names_: Iterable[str]) -> None:
    """Say of names in the notebook that they are parameters, metrics, or nobody's business."""
    open_run, wanted = _open(), list(names_)
    capture = _following()
    if capture is None:
        raise StateError("Names can be followed only inside IPython.", hint="Use log_params(...) and log(...).")
    open_run.journal.append("declare", what=what, names=wanted)
    capture.declare(what, wanted)


def runs(query: str = "", *, sort: str = "", limit: int | None = None) -> Listing:
    """List the runs of the repository around the working folder, newest first."""
    from trackside import reading

    return reading.listing(_repository(), query=query, sort=sort, limit=limit)


def show(name: str = "") -> Details:
    """Read one run: its facts, curves and cells; the newest without a name."""
    from trackside import reading

    return reading.details(_repository(), name)


def compare(*names_: str) -> Comparison:
    """Set two or more runs side by side; the first is the one compared with."""
    from trackside import reading

    return reading.comparison(_repository(), list(names_))


def promote(run: str = "", **asked: Any) -> Promoted:
    """Make a branch of a run for review, push it and open a request when asked to; the newest run without a name.

    `asked` are the fields of `review.asked.Asked`. Raises the TracksideError that stands in the way.
    """
    from trackside.review import promotion

    return promotion.promote(*_promotion(run, asked))


def preview_promotion(run: str = "", **asked: Any) -> PromotePreview:
    """Say what `promote` would do, and make nothing."""
    from trackside.review import promotion

    return promotion.preview(*_promotion(run, asked))


def _promotion(run: str, asked: dict[str, Any]) -> tuple[Catalogue, Asked]:
    from trackside.catalogue import Catalogue
    from trackside.review.asked import Asked

    newest = [] if run else runs(limit=1)["experiments"]
    if not run and not newest:
        raise NotFoundError("There is no run yet.", hint="%track starts one.")
    repository = _repository()
    catalogue = Catalogue(repository.toplevel or repository.common_dir)
    return catalogue, Asked(run=run or newest[0]["name"], **asked)


def push(
    *words: str, every: bool = False, mine: bool = False, starred: bool = False, files: bool = True
) -> Shared:  # fmt: skip
    """Push runs to a Git remote: its name (may be left out), then runs (none: all)."""
    from trackside.sharing.push import push as send
    from trackside.sharing.told import chosen
    from trackside.sharing.transport import split_words

    repository = _repository()
    remote, names_ = split_words(repository, words)
    return send(repository, remote, chosen(names_, every=every, mine=mine, starred=starred, files=files))


def pull(
    *words: str, name: str = "", every: bool = False, mine: bool = False, starred: bool = False, files: bool = True
) -> Shared:
    """Pull runs from a Git remote: its name (may be left out), then runs (none: all); `name` for the one run."""
    from trackside.sharing.pull import pull as get
    from trackside.sharing.told import chosen
    from trackside.sharing.transport import split_words

    repository = _repository()
    remote, names_ = split_words(repository, words)
    wanted = chosen(names_, every=every, mine=mine, starred=starred, files=files, name=name)
    return get(repository, remote, wanted, name=name)


def follow(shell: Any) -> LiveCapture:
    """Follow the cells of an IPython shell from now on; done once for a kernel."""
    global _capture
    if _capture is None or _capture.shell is not shell:
        from trackside.capture.live import LiveCapture

        _capture = LiveCapture(shell)
    return _capture


def follow_soon(shell: Any, load: Callable[[], object]) -> None:
    """Have the worker follow the shell and load what a run needs, `load` among it, so that no cell waits for it."""
    global _coming
    from trackside.journal.worker import worker

    def prepare() -> LiveCapture:
        capture = follow(shell)
        from trackside import opening, sealing  # noqa: F401  # loaded now, needed at the first run

        load()
        return capture

    _coming = worker.submit(prepare)


def unfollow() -> None:
    """Stop following; an open run is ended."""
    global _capture, _coming
    if _coming is not None:
        coming, _coming = _coming, None
        coming.exception(timeout=10)
    if recorder() is not None:
        finish()
    if _capture is not None:
        _capture.stop()
        _capture = None


def _repository() -> Any:
    from trackside.git.repository import open_repository

    location = _location()
    return open_repository(os.path.dirname(location.path) if location.path else os.getcwd())


def _following() -> LiveCapture | None:
    """Return what follows this kernel; started here when a notebook uses the API without `%load_ext`."""
    global _coming
    if _coming is not None:
        coming, _coming = _coming, None
        coming.exception(timeout=10)
    if _capture is not None:
        return _capture
    shell = _shell()
    if shell is None:
        return None
    try:
        return follow(shell)
    except Exception:
        # An exotic shell: the API works there as in a script.
        return None


def _shell() -> Any:
    module = sys.modules.get("IPython")
    get: Callable[[], Any] | None = getattr(module, "get_ipython", None)
    return get() if get is not None else None


def _location() -> Any:
    from trackside.capture.notebook import find_notebook

    return find_notebook(_shell())


def _asked_outside() -> dict[str, Any]:
    """Take what `trackside run` asks of the first run of a notebook that starts its runs itself."""
    try:
        asked = json.loads(os.environ.pop("TRACKSIDE_FIRST_RUN", "{}"))
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _texts(tags: Iterable[str]) -> list[str]:
    return [tags] if isinstance(tags, str) else [str(tag) for tag in tags]


def _open() -> Recorder:
    if _recorder is None or _recorder.has_ended:
        raise _no_run()
    return _recorder


def _no_run() -> TracksideError:
    return StateError(
        "No run is open.", hint="Start one: %track in a notebook, trackside.start() in a script.", code="no-run"
    )


def _at_exit() -> None:
    if recorder() is not None:
        try:
            finish(reason="shutdown", wait=30.0)
        except BaseException:
            # The interpreter is going; the journal has everything, and the next reader seals it.
            return


atexit.register(_at_exit)
