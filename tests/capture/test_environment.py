"""The environment of a run: complete, cheap the second time, out of the way."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from trackside.capture import environment as environment_module
from trackside.capture.environment import collect_environment, normalized, requirements_text


def install(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path of installed packages of our own."""
    folder = tmp_path / "site"
    install(folder, "Some_Package", "1.2")
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def test_it_says_what_the_interpreter_says(tmp_path: Path) -> None:
    found = collect_environment(tmp_path)
    assert found["python"] == platform.python_version()
    assert found["packages"]["pytest"] == importlib.metadata.version("pytest")
    assert found["cpu"]["count"] == os.cpu_count()
    assert found["cpu"]["name"]
    json.dumps(found)


def test_requirements_are_sorted_exact_lines(site: Path, tmp_path: Path) -> None:
    install(site, "alpha", "0.1")
    assert requirements_text(collect_environment(tmp_path / "cache")) == "alpha==0.1\nsome-package==1.2\n"


def test_the_first_on_the_path_is_the_one_imported(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "later", "some.package", "9.9")
    monkeypatch.setattr(sys, "path", [str(site), str(tmp_path / "later")])
    assert collect_environment(tmp_path / "cache")["packages"] == {"some-package": "1.2"}


@pytest.mark.usefixtures("site")
def test_the_second_answer_comes_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = collect_environment(tmp_path / "cache")
    monkeypatch.setattr(environment_module, "_packages", lambda: pytest.fail("collected again"))
    assert collect_environment(tmp_path / "cache") == first


def test_a_new_package_is_seen_at_once(site: Path, tmp_path: Path) -> None:
    collect_environment(tmp_path / "cache")
    time.sleep(0.02)
    install(site, "newcomer", "3")
    assert collect_environment(tmp_path / "cache")["packages"]["newcomer"] == "3"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("content", ["", "{", "\x00", "null", "3"])
def test_a_damaged_cache_is_collected_anew(tmp_path: Path, content: str) -> None:
    first = collect_environment(tmp_path / "cache")
    for path in (tmp_path / "cache").iterdir():
        path.write_text(content)
    assert collect_environment(tmp_path / "cache") == first


@pytest.mark.usefixtures("site")
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert collect_environment(tmp_path / "cache")["packages"] == {"some-package": "1.2"}


def test_broken_metadata_hides_only_its_own_package(site: Path, tmp_path: Path) -> None:
    (site / "broken-1.dist-info").mkdir()
    (site / "broken-1.dist-info" / "METADATA").write_bytes(b"\xff\xfe")
    assert collect_environment(tmp_path / "cache")["packages"]["some-package"] == "1.2"


def program(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "nvidia-smi").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "nvidia-smi").chmod(0o755)


def test_an_accelerator_is_named_and_remembered_until_the_next_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "echo 'Card X, 8 GiB, 1.0'")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(environment_module, "boot_id", lambda: "boot")
    assert collect_environment(tmp_path / "cache")["gpu"] == ["Card X, 8 GiB, 1.0"]
    (tmp_path / "bin" / "nvidia-smi").unlink()
    assert collect_environment(tmp_path / "cache")["gpu"] == ["Card X, 8 GiB, 1.0"]


@pytest.mark.parametrize("text", ["sleep 20", "exit 9", "echo 'NVIDIA-SMI has failed'; exit 1"])
def test_a_driver_that_hangs_or_fails_is_no_accelerator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    program(tmp_path / "bin", text)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(environment_module, "GPU_TIMEOUT", 0.3)
    started = time.monotonic()
    assert collect_environment(tmp_path / "cache")["gpu"] == []
    assert time.monotonic() - started < 10


def test_it_lets_the_other_threads_run(tmp_path: Path) -> None:
    longest: list[float] = []
    done = threading.Event()

    def collect() -> None:
        collect_environment(tmp_path)
        done.set()

    worker = threading.Thread(target=collect)
    worker.start()
    while not done.is_set():
        started = time.perf_counter()
        time.sleep(0.001)
        longest.append(time.perf_counter() - started)
    worker.join()
    assert len(longest) > 3


@pytest.mark.parametrize(("name", "expected"), [("A_b.C", "a-b-c"), ("x--y", "x-y"), ("plain", "plain")])
def test_names_are_those_of_the_index(name: str, expected: str) -> None:
    assert normalized(name) == expected


def test_a_missing_environment_needs_nothing() -> None:
    empty: dict[str, Any] = {}
    assert requirements_text(empty) == ""
