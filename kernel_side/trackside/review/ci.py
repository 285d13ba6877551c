"""What a CI says of itself in its variables, and where it shows a report without a token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from trackside.errors import StorageError
from trackside.review.remote import Forge

if TYPE_CHECKING:
    from trackside.review.report import Report

#: Variables that hold the branch a request goes to, in the order they are asked.
_TARGETS: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "BITBUCKET_PR_DESTINATION_BRANCH")
#: GitHub drops the whole summary of a step that is larger; bytes.
_LARGEST_SUMMARY: Final = 1024 * 1024
_DIVIDER: Final = "\n"


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


def append_summary(report: Report, environment: Mapping[str, str] = os.environ) -> str:
    """Add the report to the summary of the step that runs, cut to what is left of it; return what is to be said.

    Raises StorageError when the file that the CI named cannot be written.
    """
    from trackside.review.report import markdown

    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return ""
    try:
        used = os.path.getsize(path) if os.path.exists(path) else 0
        room = _LARGEST_SUMMARY - used - len(_DIVIDER)
        text = markdown(report, forge_in_ci(environment), limit=None)
        limit = len(text)
        while len(text.encode("utf-8")) > room and limit > 0:
            # A limit counts characters and the file bytes: narrow it until both agree.
            limit = min(limit - 1, room // 2, limit // 2)
            text = markdown(report, forge_in_ci(environment), limit=max(0, limit))
        if not text or room <= 0:
            return "The summary of this step is full, so the report is not in it."
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write((_DIVIDER if used else "") + text)
    except OSError as error:
        raise StorageError(f"The summary of the step cannot be written: {error.strerror}.") from error
    return "The report is in the summary of this step."
