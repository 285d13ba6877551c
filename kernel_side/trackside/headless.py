"""Run a notebook from top to bottom in a kernel of its own, tracked as one run. The user's file is only read.

The notebook that runs is a copy in memory: two lines that start tracking run before its first cell and outside its
history; parameters go into a cell after the one tagged `parameters`, as papermill does.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from trackside.errors import NotFoundError, StateError, TracksideError, UsageError

_MARK: Final = "trackside-outcome:"
_INJECTED: Final = "injected-parameters"
#: A notebook that starts its own runs is left to do so.
_STARTS: Final = re.compile(
    r"^\s*%%?track[ \t]*(?!(?:params|metrics|artifact|ignore|on|off|status|list|show|compare|help|end|view)\b)", re.M
)
#: Ends the run, if one is open, and tells in one line how that went.
_END: Final = f"""
def _trackside_end():
    import json
    from trackside import api
    if api.recorder() is None:
        print({_MARK!r} + "{{}}")
        return
    outcome = api.finish()
    trouble = outcome.trouble
    print({_MARK!r} + json.dumps({{
        "state": outcome.state,
        "name": outcome.sealed.name if outcome.sealed else outcome.run.name,
        "oid": outcome.sealed.oid if outcome.sealed else None,
        "trouble": [trouble.message, trouble.hint] if trouble else None,
    }}))
_trackside_end(); del _trackside_end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One cell that began (`seconds` None) or ended."""

    number: int
    total: int
    source: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run and how."""

    notebook: Path
    params: Mapping[str, object] = field(default_factory=dict)
    name: str | None = None
    tags: Sequence[str] = ()
    note: str = ""
    kernel: str | None = None
    timeout: float | None = None
    folder: Path | None = None


@dataclass(slots=True)
class Ran:
    """How it went: the executed copy as .ipynb text, and the run it became (empty name: none, or interrupted)."""

    status: Literal["finished", "failed", "interrupted"]
    executed: str
    name: str = ""
    oid: str | None = None
    trouble: TracksideError | None = None
    failed_cell: int | None = None
    failed_source: str = ""
    error: str = ""


def run_notebook(plan: Plan, tell: Callable[[Progress], None] = lambda _: None) -> Ran:
    """Run it; an error in a cell is in the result.

    Raises UsageError, NotFoundError or StateError for what cannot begin.
    """
    try:
        import nbclient
        import nbformat
    except ImportError as error:
        raise StateError(
            "Running notebooks needs nbclient and ipykernel.", hint="pip install 'trackside[run]'", code="no-nbclient"
        ) from error
    notebook = _read(plan.notebook)
    starts_itself = any(cell.cell_type == "code" and _STARTS.search(cell.source) for cell in notebook.cells)
    cells = _with_parameters(notebook, plan.params)
    place = os.path.abspath(plan.folder or plan.notebook.parent)
    name = _kernel_name(plan, notebook)
    client = nbclient.NotebookClient(
        notebook,
        timeout=plan.timeout,
        kernel_name=name,
        resources={"metadata": {"path": place}},
        coalesce_streams=True,
        extra_arguments=_kernel_arguments(name),
    )
    ran = Ran(status="finished", executed="")
    with _kernel(client, plan):
        try:
            _execute_quietly(client, _start_code(plan, starts_itself=starts_itself))
            _execute_cells(client, cells, ran, tell)
            _read_outcome(_execute_quietly(client, _END), ran)
        except KeyboardInterrupt:
            ran.status = "interrupted"
            _stop(client)
        except nbclient.exceptions.DeadKernelError as error:
            ran.status, ran.error = "failed", str(error)
    notebook.metadata.setdefault("language_info", {})
    ran.executed = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]  # nbformat has no types
    return ran


def _read(path: Path) -> Any:
    import nbformat

    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no notebook {path}.", hint="trackside run NOTEBOOK.ipynb") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    try:
        notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
        nbformat.validate(notebook)
    except Exception as error:
        # nbformat raises what its JSON reader, its migrations and its schema raise.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"{path} is not a notebook: {reason}") from error
    return notebook


def _with_parameters(notebook: Any, params: Mapping[str, object]) -> list[int]:
    """Put the parameters in; return the places of the code cells to run."""
    if params:
        import nbformat

        lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in params.items())]
        cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": [_INJECTED]})  # type: ignore[no-untyped-call]  # nbformat has no types
        if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
            cell.pop("id", None)
        notebook.cells = [cell for cell in notebook.cells if _INJECTED not in cell.metadata.get("tags", ())]
        tagged = [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
        notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)
    return [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]


def _kernel_name(plan: Plan, notebook: Any) -> str:
    """Take the kernel asked for, the notebook's own, or the one of this Python."""
    from jupyter_client.kernelspec import KernelSpecManager

    wanted = plan.kernel or notebook.metadata.get("kernelspec", {}).get("name") or "python3"
    known = KernelSpecManager().find_kernel_specs()
    if wanted in known:
        return str(wanted)
    if plan.kernel is None and "python3" in known:
        return "python3"
    raise StateError(
        f"There is no kernel {wanted!r} here.",
        hint=f"Known: {', '.join(sorted(known)) or 'none'}; --kernel NAME",
        code="no-kernel",
    )


def _kernel_arguments(name: str) -> list[str]:
    """Keep ipykernel from warning on the terminal about its transport; other kernels know no such option."""
    from jupyter_client.kernelspec import KernelSpecManager

    words = KernelSpecManager().get_kernel_spec(name).argv
    return ["--log-level=ERROR"] if any("ipykernel" in word for word in words) else []


@contextmanager
def _kernel(client: Any, plan: Plan) -> Iterator[None]:
    from jupyter_core.utils import ensure_event_loop

    # A cell that is interrupted or times out leaves tasks whose errors nobody waits for any more.
    ensure_event_loop().set_exception_handler(lambda *_: None)
    environment = dict(os.environ)
    environment["TRACKSIDE_NOTEBOOK"] = os.path.abspath(plan.notebook)
    # For a notebook that starts its runs itself: what was asked for here goes into the first of them.
    asked = {"name": plan.name, "tags": list(plan.tags), "note": plan.note}
    environment["TRACKSIDE_FIRST_RUN"] = json.dumps({key: value for key, value in asked.items() if value})
    # Names of a notebook server this very command may run under.
    environment.pop("JPY_SESSION_NAME", None)
    try:
        with client.setup_kernel(env=environment):
            yield
    except RuntimeError as error:
        raise StateError(
            f"The kernel did not start: {error}", hint="Does ipykernel work in its environment?"
        ) from error


def _start_code(plan: Plan, *, starts_itself: bool) -> str:
    load = "get_ipython().run_line_magic('load_ext', 'trackside')\n"
    if starts_itself:
        return load
    call = f"name={plan.name!r}, params={dict(plan.params)!r}, tags={list(plan.tags)!r}, note={plan.note!r}"
    return f"{load}__import__('trackside').start({call}) and None\n"


def _execute_quietly(client: Any, code: str) -> list[Any]:
    """Run code that is no part of the notebook nor of its history; return its outputs."""
    import nbclient
    import nbformat

    cell = nbformat.v4.new_code_cell(code)  # type: ignore[no-untyped-call]  # nbformat has no types
    shown, client.nb = client.nb, nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]  # nbformat has no types
    hook, client.timeout = client.timeout, None
    try:
        client.execute_cell(cell, 0, store_history=False)
    except nbclient.exceptions.CellExecutionError as error:
        raise StateError(
            f"Tracking did not start in the kernel: {error.ename}: {error.evalue}",
            hint="Is trackside installed in the kernel's environment?",
            code="kernel-without-trackside",
        ) from error
    finally:
        client.nb, client.timeout = shown, hook
    return list(cell.outputs)


def _execute_cells(client: Any, places: Sequence[int], ran: Ran, tell: Callable[[Progress], None]) -> None:
    import nbclient

    for number, place in enumerate(places, 1):
        cell = client.nb.cells[place]
        tell(Progress(number=number, total=len(places), source=cell.source))
        begun = time.monotonic()
        try:
            client.execute_cell(cell, place)
        except nbclient.exceptions.CellExecutionError as error:
            ran.error = f"{error.ename}: {error.evalue}"
        except nbclient.exceptions.CellTimeoutError:
            ran.error = f"It took longer than {client.timeout:g} seconds."
            _interrupt(client)
        tell(Progress(number=number, total=len(places), source=cell.source, seconds=time.monotonic() - begun))
        if ran.error:
            ran.status, ran.failed_cell, ran.failed_source = "failed", number, cell.source
            return


def _read_outcome(outputs: Sequence[Any], ran: Ran) -> None:
    text = "".join(output.get("text", "") for output in outputs if output.output_type == "stream")
    line = next((line for line in text.splitlines() if line.startswith(_MARK)), _MARK + "{}")
    told = json.loads(line[len(_MARK) :])
    ran.name, ran.oid = told.get("name") or "", told.get("oid")
    if told.get("trouble"):
        message, hint = told["trouble"]
        ran.trouble = TracksideError(message, hint=hint, code="kept")


def _interrupt(client: Any) -> None:
    from jupyter_core.utils import run_sync

    run_sync(client.km.interrupt_kernel)()
    time.sleep(0.2)


def _stop(client: Any) -> None:
    """Let the cell's own clean-up run for a moment, then end the kernel: its journal has everything."""
    from jupyter_core.utils import run_sync

    try:
        run_sync(client.km.interrupt_kernel)()
        time.sleep(0.5)
        run_sync(client.km.shutdown_kernel)(now=True)
    except Exception:
        # The kernel may have died of the same signal.
        return
