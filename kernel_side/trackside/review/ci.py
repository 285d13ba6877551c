"""What a CI says of itself in its variables, and where it shows a report without a token."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from trackside.errors import StorageError
from trackside.review.remote import Forge

#: Variables that hold the branch a request goes to, in the order they are asked.
_TARGETS: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "BITBUCKET_PR_DESTINATION_BRANCH")
#: GitHub drops the whole summary of a step that is larger; bytes.
_LARGEST_SUMMARY: Final = 1024 * 1024


def base_in_ci(environment: Mapping[str, str] = os.environ) -> str:
    """Return the branch the request that is checked goes to; '' outside of CI or without a request."""
    return next((environment[name] for name in _TARGETS if environment.get(name)), "")


def forge_in_ci(environment: Mapping[str, str] = os.environ) -> Forge | None:
    """Return the forge whose CI this is; Gitea's sets GitHub's variables beside its own."""
    if environment.get("GITEA_ACTIONS") == "true" or environment.get("FORGEJO_ACTIONS") == "true":
        return "gitea"
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    if environment.get("GITLAB_CI") == "true":
        return "gitlab"
    return "bitbucket-cloud" if environment.get("BITBUCKET_BUILD_NUMBER") else None


def append_summary(write: Callable[[int | None], str], environment: Mapping[str, str] = os.environ) -> str:
    """Add to the summary of the step that runs; return what is to be said, '' outside of a CI that has one.

    `write` gives the text within a limit of characters (None: as long as it likes). Raises StorageError when the file
    that the CI named cannot be written.
    """
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return ""
    try:
        used = os.path.getsize(path) if os.path.exists(path) else 0
        room = _LARGEST_SUMMARY - used - 1
        text = write(None)
        limit = len(text)
        while len(text.encode("utf-8")) > room and limit > 0:
            # A limit counts characters and the file bytes: narrow it until both agree.
            limit = max(0, min(limit // 2, room // 2))
            text = write(limit)
        if not text or room <= 0:
            return "The summary of this step is full, so nothing was added to it."
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write(("\n" if used else "") + text)
    except OSError as error:
        raise StorageError(f"The summary of the step cannot be written: {error.strerror}.") from error
    return "It is in the summary of this step, too."
