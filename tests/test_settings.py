"""`trackside.toml`: what is understood is used, what is not is told, and no run is lost over it."""

from __future__ import annotations

from pathlib import Path

from hosts.notebooks import LOAD, make_repository, run_notebook

from trackside.settings import Settings, parse_settings, read_settings


def test_a_repository_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    assert read_settings(None) == Settings()


def test_every_table_is_understood() -> None:
    settings = parse_settings(
        """
        [capture]
        ignore = ["tmp"]
        hide = ["verbose"]
        pin = ["seed"]
        [directions]
        score = "lower"
        [artifacts]
        keep = ["models/*.joblib"]
        git_limit_mb = 0.5
        [limits]
        added_file_mb = 2
        added_total_mb = 3
        changed_file_mb = 4
        """
    )
    assert settings == Settings(
        ignore=("tmp",),
        hide=("verbose",),
        pin=("seed",),
        directions={"score": "lower"},
        artifacts=("models/*.joblib",),
        artifact_in_git=500_000,
        added_file=2_000_000,
        added_total=3_000_000,
        changed_file=4_000_000,
    )


def test_each_mistake_is_a_sentence_and_the_rest_still_counts() -> None:
    settings = parse_settings(
        """
        [capture]
        ignore = "tmp"
        hyde = ["x"]
        pin = ["seed"]
        [directions]
        score = "up"
        [limits]
        added_file_mb = -1
        [nonsense]
        """
    )
    assert settings.pin == ("seed",)
    assert settings.added_file == Settings().added_file
    assert settings.problems == (
        "trackside.toml: ignore in [capture] must be a list of texts.",
        "trackside.toml: [capture] has no hyde.",
        "trackside.toml: the direction of score must be higher, lower or unknown.",
        "trackside.toml: added_file_mb in [limits] must be a number of megabytes.",
        "trackside.toml: there is no table [nonsense].",
    )


def test_hosts_are_given_their_forge_and_a_forge_there_is_none_of_is_told() -> None:
    settings = parse_settings('[forges]\n"Git.Example.org/" = "gitlab"\n"h:1/code" = "gitea"\nx = "sourcehut"\ny = 3\n')
    assert settings.forges == {"git.example.org": "gitlab", "h:1/code": "gitea"}
    assert [problem.split(" must")[0] for problem in settings.problems] == [
        "trackside.toml: the forge of x", "trackside.toml: the forge of y",
    ]  # fmt: skip


def test_a_file_that_is_no_toml_is_told_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "trackside.toml").write_bytes(b"[capture\n\xff")
    (problem,) = read_settings(tmp_path).problems
    assert problem.startswith("trackside.toml ")


def test_a_run_follows_the_settings_of_its_repository(tmp_path: Path) -> None:
    make_repository(tmp_path)
    (tmp_path / "trackside.toml").write_text(
        """
        [capture]
        ignore = ["hush"]
        hide = ["width"]
        [directions]
        goodness = "lower"
        [artifacts]
        keep = ["out/*.txt"]
        [mistake]
        """
    )
    (tmp_path / "out").mkdir()
    (tmp_path / "out/new.txt").write_text("before")
    tracked = run_notebook(
        tmp_path,
        [
            LOAD,
            "%track settled",
            "hush = 3\nwidth = 4\ndepth = 5",
            "import trackside\ntrackside.log(goodness=0.5)\nopen('out/new.txt', 'w').write('after')",
            "%track end",
        ],
        repository=False,
    )
    record = tracked.record("settled")
    assert "hush" not in record["params"]
    assert {name: fact["box"] for name, fact in record["params"].items()} == {"width": "other", "depth": "params"}
    assert record["metrics"]["goodness"]["direction"] == "lower"
    assert [(artifact["path"], artifact["stored"]) for artifact in record["artifacts"]] == [("out/new.txt", "git")]
    assert "no table [mistake]" in " ".join(warning["message"] for warning in record["warnings"])
