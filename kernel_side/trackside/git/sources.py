"""Which new files are source that belongs beside a notebook: told by their names alone."""

from __future__ import annotations

import os
from typing import Final

_SOURCE_ENDINGS: Final = frozenset(
    "py pyi pyx pxd ipynb r rmd qmd jl sql sh bash zsh ps1 js mjs ts tsx jsx css html c cc cpp cu cuh h hpp rs go java "
    "kt scala rb lua pl m stan f f90 proto graphql toml yaml yml json jsonc cfg ini conf md rst txt tex bib dvc lock "
    "in template j2".split()
)
_SOURCE_NAMES: Final = frozenset(
    "Makefile Dockerfile Containerfile Snakefile Justfile Pipfile Procfile LICENSE README .gitignore .gitattributes "
    ".dvcignore .dockerignore .editorconfig .pre-commit-config.yaml .python-version .flake8".split()
)
_SKIPPED_FOLDERS: Final = frozenset(
    "node_modules __pycache__ site-packages .ipynb_checkpoints .venv venv .tox .nox .mypy_cache .pytest_cache "
    ".ruff_cache mlruns wandb .git".split()
)
_IGNORED_BY_HFS: Final = frozenset(
    "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)


def is_source(path: str) -> bool:
    """Tell by its name whether a new file is source that belongs beside the notebook."""
    name = path.rpartition("/")[2]
    if name in _SOURCE_NAMES or path == ".dvc/config":
        return True
    return "." in name and name.rpartition(".")[2].lower() in _SOURCE_ENDINGS


def is_allowed(path: str) -> bool:
    """Tell whether Git lets a file of that name into a tree: nothing that some file system takes for `.git`."""
    for part in path.split("/"):
        # HFS passes over these characters in a name, NTFS over dots and spaces at its end, and has short names.
        plain = "".join(char for char in part if char not in _IGNORED_BY_HFS).lower().partition(":")[0].rstrip(". ")
        if part in ("", ".", "..") or plain in (".git", "git~1"):
            return False
    return True


def is_generated(top: str, path: str, environments: dict[str, bool]) -> bool:
    """Tell whether a folder of the path is made by a tool (a virtual environment, a cache).

    `environments` remembers from call to call which folders are virtual environments.
    """
    folders = path.split("/")[:-1]
    if not _SKIPPED_FOLDERS.isdisjoint(folders):
        return True
    for depth in range(1, len(folders) + 1):
        folder = "/".join(folders[:depth])
        if folder not in environments:
            environments[folder] = os.path.exists(os.path.join(top, folder, "pyvenv.cfg"))
        if environments[folder]:
            return True
    return False
