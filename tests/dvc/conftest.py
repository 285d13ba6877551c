"""Repositories with DVC, shared by the tests of one file: `dvc` takes a second or two for each command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from dvc_repository import DvcRepository
from facts import experiment_files


@pytest.fixture(scope="session")
def make_dvc_repository(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], DvcRepository]:
    """Make repositories that share one home."""
    home = tmp_path_factory.mktemp("dvc-home")
    return lambda: DvcRepository(tmp_path_factory.mktemp("dvc") / "repository", home)


@pytest.fixture(scope="module")
def shared(make_dvc_repository: Callable[[], DvcRepository]) -> DvcRepository:
    """A repository with the experiments `one` and `two`, which the tests of one file share."""
    repository = make_dvc_repository()
    repository.add_experiment("one", experiment_files())
    repository.add_experiment("two", experiment_files(lr=0.1, acc=0.95))
    return repository
