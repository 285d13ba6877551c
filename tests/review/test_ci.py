"""The templates of docs/ci/: their scripts, line by line, in a clone as each CI makes it and with its variables."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from repositories import ROOT, Scratch, make_scratch

from review.reports import CODE_RUN, make_run

TEMPLATES = {path.stem: path for path in sorted((ROOT / "docs" / "ci").glob("*.yml"))}
BRANCH = "exp/brave-lynx"
#: Not what would be taken without being told.
TARGET = "release/next"
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_BASE_REF": TARGET,
    "GITHUB_HEAD_REF": BRANCH,
    "GITHUB_REF": "refs/pull/1/merge",
}
VARIABLES = {
    "github": ACTIONS,
    "gitea": {**ACTIONS, "GITEA_ACTIONS": "true"},
    "gitlab": {
        "GITLAB_CI": "true",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": TARGET,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": BRANCH,
    },
    "bitbucket": {
        "BITBUCKET_BUILD_NUMBER": "1",
        "BITBUCKET_PR_DESTINATION_BRANCH": TARGET,
        "BITBUCKET_BRANCH": BRANCH,
        "BITBUCKET_REPO_FULL_NAME": "ada/study",
        "BITBUCKET_COMMIT": "c0ffee",
        "CODE_INSIGHTS_PROXY": "http://127.0.0.1:9",
    },
}


@dataclass(frozen=True)
class Job:
    """A clone that a CI made, and the variables it set."""

    path: Path
    environment: dict[str, str]

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one step as the CI's shell does."""
        words = ["bash", "-e", "-o", "pipefail", "-c", line]
        return subprocess.run(
            words, cwd=self.path, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def summary(self) -> str:
        """What the step's summary holds."""
        file = Path(self.environment["GITHUB_STEP_SUMMARY"])
        return file.read_text("utf-8") if file.exists() else ""


def promoted(scratch: Scratch, branch: str, run: str, parent: str) -> None:
    """Set a branch to a commit of the run's tree, as a promotion makes it."""
    commit = scratch.git("commit-tree", f"{run}^{{tree}}", "-p", parent, "-m", "Promote a run")
    scratch.git("update-ref", f"refs/heads/{branch}", commit)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """A repository whose target carries one run and has moved on, and whose branch carries a better one."""
    scratch = make_scratch(tmp_path_factory.mktemp("origin"))
    begin = scratch.head()
    make_run(scratch, "calm-otter-2", [0.5, 0.7, 0.904])
    scratch.git("switch", "-q", "-c", TARGET)
    promoted(scratch, TARGET, make_run(scratch, "calm-otter", [0.5, 0.7, 0.9]), begin)
    scratch.git("reset", "-q", "--hard")
    files = {"features.py": "SCALE = 3\n"}
    run = make_run(scratch, "brave-lynx", [0.5, 0.8, 0.93], code=CODE_RUN, files=files)
    promoted(scratch, BRANCH, run, scratch.head())
    (scratch.path / "README.md").write_text("Moved on.\n")
    scratch.git("add", "README.md")
    scratch.git("commit", "-q", "-m", "Move on")
    return scratch


@pytest.fixture
def job(request: pytest.FixtureRequest, origin: Scratch, tmp_path: Path) -> Job:
    """The clone of one CI: nothing but what it fetches, and HEAD detached."""
    name: str = request.param
    path, programs = tmp_path / "build", tmp_path / "bin"
    path.mkdir()
    programs.mkdir()
    (programs / "trackside").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trackside "$@"\n')
    (programs / "trackside").chmod(0o755)
    environment = {**origin.environment, **VARIABLES[name], "CI": "true"}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    environment["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary.md")
    if name in ("gitlab", "bitbucket"):
        del environment["GITHUB_STEP_SUMMARY"]
    job = Job(path, environment)
    everything = "+refs/heads/*:refs/remotes/origin/*"
    fetched = {
        "github": everything,
        "gitea": everything,
        "gitlab": f"+refs/heads/{BRANCH}:refs/pipelines/1",
        "bitbucket": f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}",
    }[name]
    for line in (
        "git init -q -b main",
        f"git remote add origin 'file://{origin.path}'",
        f"git fetch -q --no-tags origin '{fetched}'",
        f"git checkout -q --detach {origin.git('rev-parse', BRANCH)}",
        "git branch -q -D main 2>/dev/null || true",
    ):
        done = job.run(line)
        assert done.returncode == 0, done.stderr
    return job


def script(name: str) -> Iterator[str]:
    """Give the lines that a template runs; only the installation is left out, since the program is here."""
    loaded: Any = yaml.safe_load(TEMPLATES[name].read_text("utf-8"))
    if name == "gitlab":
        lines = loaded["trackside"]["script"]
    elif name == "bitbucket":
        lines = loaded["pipelines"]["pull-requests"]["**"][0]["step"]["script"]
    else:
        lines = [step["run"] for step in loaded["jobs"]["review"]["steps"] if "run" in step]
    installs = [line for line in lines if line == "python -m pip install trackside"]
    assert len(installs) == 1
    yield from (line for line in lines if line not in installs)


def run_all(job: Job, name: str) -> list[subprocess.CompletedProcess[str]]:
    """Run a template's script to its end or to the first line that fails."""
    done = []
    for line in script(name):
        done.append(job.run(line))
        if done[-1].returncode != 0:
            break
    return done


@pytest.mark.parametrize(("job", "name"), [(name, name) for name in VARIABLES], indirect=["job"])
def test_a_template_reports_and_passes(job: Job, name: str) -> None:
    done = run_all(job, name)
    assert [step.returncode for step in done] == [0] * len(done), done[-1].stderr
    said = "".join(step.stdout for step in done)
    assert "▲ Better" in said
    assert f"`brave-lynx` against `calm-otter ({TARGET})`" in said
    assert "n = 2 against n = 1" in said, "a run that was pushed says what is noise"
    assert "| ±0.0057 |" in said
    assert "README.md" not in said, "what others did on the target is no change of this branch"
    assert "✓ The run finished." in said
    assert (job.path / "trackside.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(("job", "name"), [(name, name) for name in VARIABLES], indirect=["job"])
def test_a_template_fails_at_the_gate_and_leaves_the_result(job: Job, name: str) -> None:
    (job.path / "trackside.toml").write_text("[check.metrics.val_acc]\nmin = 0.99\n")
    # The reports before it were looked at above.
    lines = [re.sub("trackside report.*", "", line) for line in script(name)]
    done = [job.run(line) for line in lines if re.search("fetch|mkdir|trackside check", line)]
    assert [step.returncode for step in done] == [0] * (len(done) - 1) + [1]
    assert "val_acc is 0.93, below 0.99." in done[-1].stdout
    result = job.path / ("test-results/trackside.xml" if name == "bitbucket" else "trackside-check.xml")
    assert ET.parse(result).getroot()[0].attrib["failures"] == "1"


class Insights(BaseHTTPRequestHandler):
    """The proxy of Bitbucket's Pipelines, which signs what goes to the API."""

    received: ClassVar[list[tuple[str, Any]]] = []

    def do_PUT(self) -> None:
        """Take a report, by the whole address a proxy is asked with."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("job", ["bitbucket"], indirect=True)
def test_bitbucket_shows_the_report_in_the_pull_request_by_its_proxy(job: Job) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Insights) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        job.environment["CODE_INSIGHTS_PROXY"] = f"http://127.0.0.1:{server.server_port}"
        done = run_all(job, "bitbucket")
        server.shutdown()
    assert done[-1].returncode == 0
    [(address, body)] = Insights.received
    assert address == "http://api.bitbucket.org/2.0/repositories/ada/study/commit/c0ffee/reports/trackside"
    assert body["title"] == "val_acc 0.9300 (+0.0300): brave-lynx"
    assert body["details"].startswith("Better. val_acc went from 0.9000 to 0.9300")
    assert body["data"][0] == {"title": "val_acc", "type": "TEXT", "value": "0.9300, ▲ +0.0300 (3.3%) better"}
    assert len(body["data"]) <= 10


@pytest.mark.parametrize("job", ["github", "gitea"], indirect=True)
def test_report_and_rules_are_in_the_summary_of_the_step(job: Job) -> None:
    run_all(job, "github")
    assert job.summary.count("trackside:report") == 1
    assert "```mermaid" in job.summary
    assert "every rule holds" in job.summary


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_summary_stays_below_what_drops_it_whole(job: Job) -> None:
    Path(job.environment["GITHUB_STEP_SUMMARY"]).write_text("x" * (1024 * 1024 - 1500))
    job.run("trackside report")
    assert "trackside:report" in job.summary
    assert len(job.summary.encode()) <= 1024 * 1024
    Path(job.environment["GITHUB_STEP_SUMMARY"]).write_text("x" * (1024 * 1024))
    assert "summary of this step is full" in job.run("trackside report").stderr
    assert len(job.summary) == 1024 * 1024


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_base_that_was_not_fetched_is_no_data_and_says_what_to_fetch(job: Job) -> None:
    job.run(f"git update-ref -d refs/remotes/origin/{TARGET}")
    done = job.run("trackside check")
    assert done.returncode == 3
    assert f"git fetch origin {TARGET}" in done.stderr


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_shallow_clone_still_compares_the_records(job: Job, origin: Scratch) -> None:
    for line in (
        "rm -rf .git && git init -q -b main",
        f"git remote add origin 'file://{origin.path}'",
        f"git fetch -q --depth 1 origin {BRANCH} && git checkout -qf --detach FETCH_HEAD",
        f"git fetch -q --depth 1 origin +refs/heads/{TARGET}:refs/remotes/origin/{TARGET}",
    ):
        assert job.run(line).returncode == 0
    done = job.run("trackside report")
    assert done.returncode == 0, done.stderr
    assert "▲ Better" in done.stdout


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_code_that_changed_after_the_run_is_told(job: Job) -> None:
    job.run("echo 'SCALE = 9' > features.py && git -c user.name=A -c user.email=a@b commit -qam 'Tune by hand'")
    done = job.run("trackside report")
    assert (
        "1 file changed after the run was recorded: features.py. The metrics are of the code before that" in done.stdout
    )


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_branch_that_brings_no_run_of_its_own_says_so(job: Job) -> None:
    job.run(f"git checkout -q --detach origin/{TARGET}")
    said = job.run(f"trackside report --base origin/{TARGET}~1").stdout
    assert "Both sides carry the same run, calm-otter: nothing was run for this change." in said


@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_base_without_a_record_is_nothing_to_compare_with(job: Job) -> None:
    job.run("git branch begin HEAD~2")
    assert "**∅ Nothing to compare with.** begin carries no record" in job.run("trackside report --base begin").stdout
    assert job.run("trackside check --base begin").returncode == 0
