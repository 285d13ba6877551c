"""Cut GitHub's published OpenAPI descriptions to what we speak: `python -m tools.forge_schemas FOLDER`.

FOLDER is `package/generated` out of `npm pack @octokit/openapi` (MIT; 13 MB a description). The results are
`tests/fixtures/forges/github*.json`: the operations below with the schemas they need, without words for people.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
#: Description → what it is cut to: github.com, and the oldest Enterprise Server that is still described.
_CUTS: Final = {"api.github.com.json": "github.json", "ghes-*.json": "github_enterprise.json"}
_USED: Final = (
    ("/repos/{owner}/{repo}/pulls", ("get", "post")),
    ("/repos/{owner}/{repo}/pulls/{pull_number}", ("get", "patch")),
    ("/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", ("post",)),
    ("/repos/{owner}/{repo}/issues/{issue_number}/comments", ("get", "post")),
    ("/repos/{owner}/{repo}/issues/comments/{comment_id}", ("patch",)),
    ("/repos/{owner}/{repo}/issues/{issue_number}/labels", ("get", "post")),
)
_FOR_PEOPLE: Final = frozenset({"description", "summary", "externalDocs", "example", "examples", "tags", "title"})


def cut(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the used operations and everything they refer to, by the same addresses."""
    paths: dict[str, Any] = {}
    for path, methods in _USED:
        paths[path] = {method: _without_words(document["paths"][path][method]) for method in methods}
    kept: dict[str, dict[str, Any]] = {}
    wanted = _references(paths)
    while wanted:
        kind, name = wanted.pop()
        if name in kept.setdefault(kind, {}):
            continue
        kept[kind][name] = _without_words(document["components"][kind][name])
        wanted |= _references(kept[kind][name])
    return {
        "openapi": document["openapi"],
        "info": {
            "version": document["info"]["version"],
            "license": document["info"]["license"],
            "from": f"npm @octokit/openapi, {name}, cut by tools/forge_schemas.py",
        },
        "paths": paths,
        "components": {kind: dict(sorted(entries.items())) for kind, entries in sorted(kept.items())},
    }


def _without_words(value: Any, *, is_named: bool = False) -> Any:
    """Drop what only people read; a property may be called `title` all the same."""
    if isinstance(value, dict):
        return {
            key: _without_words(content, is_named=key in ("properties", "schemas"))
            for key, content in value.items()
            if is_named or (key not in _FOR_PEOPLE and not key.startswith("x-"))
        }
    return [_without_words(part) for part in value] if isinstance(value, list) else value


def _references(value: Any) -> set[tuple[str, str]]:
    if isinstance(value, dict):
        found = {
            (kind, name)
            for reference in [value.get("$ref")]
            if isinstance(reference, str)
            for kind, name in [reference.removeprefix("#/components/").split("/")]
        }
        return found.union(*(_references(content) for content in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(part) for part in value))
    return set()


def main(arguments: list[str]) -> int:
    """Write the cut files."""
    if len(arguments) != 1:
        print(__doc__)  # noqa: T201  # a tool's own help
        return 2
    fixtures = ROOT / "tests" / "fixtures" / "forges"
    for pattern, name in _CUTS.items():
        found = sorted(path for path in Path(arguments[0]).glob(pattern) if ".deref." not in path.name)
        document = json.loads(found[0].read_text(encoding="utf-8"))
        text = json.dumps(cut(document, found[0].name), indent=1, sort_keys=True)
        (fixtures / name).write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
