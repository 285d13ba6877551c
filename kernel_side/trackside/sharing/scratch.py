"""A bare repository that holds a few refs of the clone and all its objects, for one push of many refs.

Git compares every ref on its command line with all refs it has, so that thousands of names take minutes; a wildcard
takes no time, and takes all there is. Here all there is are the refs to push. They are written as one packed file,
and nothing that happens in the clone meanwhile changes them.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from trackside.git.repository import Repository

_PREFIX: Final = "push-"
_STALE_SECONDS: Final = 86_400


@contextlib.contextmanager
def scratch_repository(repository: Repository, refs: Mapping[str, str]) -> Iterator[str]:
    """Make one with these refs (name → object id) below the clone's own folder, and remove it afterwards.

    It reads the clone's configuration, so that remotes, credentials and transports are the same.
    """
    repository.own_dir.mkdir(parents=True, exist_ok=True)
    _sweep(repository.own_dir)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=repository.own_dir))
    try:
        _fill(folder, repository, refs)
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, repository: Repository, refs: Mapping[str, str]) -> None:
    (folder / "objects" / "info").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    objects = repository.common_dir / "objects"
    (folder / "objects" / "info" / "alternates").write_bytes(b"%s\n" % str(objects).encode("utf-8", "surrogateescape"))
    lines = [f"{oid} {ref}\n" for ref, oid in sorted(refs.items())]
    packed = "# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines)
    (folder / "packed-refs").write_bytes(packed.encode("utf-8", "surrogateescape"))
    (folder / "config").write_bytes(_config(repository).encode("utf-8", "surrogateescape"))
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(repository.common_dir / "shallow", folder / "shallow")


def _config(repository: Repository) -> str:
    other = repository.object_format != "sha1"
    format_words = f"[extensions]\n\tobjectFormat = {repository.object_format}\n" if other else ""
    quoted = str(repository.common_dir).replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'[include]\n\tpath = "{quoted}/config"\n[lfs]\n\tstorage = "{quoted}/lfs"\n'
        f"[core]\n\trepositoryFormatVersion = {int(other)}\n\tbare = true\n{format_words}"
    )


def _sweep(own: Path) -> None:
    """Remove what killed pushes left."""
    for left in own.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
