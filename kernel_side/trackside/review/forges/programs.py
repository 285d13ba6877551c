"""Ask `gh` and `glab` for the token a person gave them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

#: Would be given back whatever the host; those variables are looked at by ourselves, each for its own host.
_SCRUBBED: Final = frozenset(
    {"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_HOST",
     "GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "GITLAB_HOST", "GL_HOST", "GITLAB_URI"}
)  # fmt: skip
_SECONDS: Final = 10.0
_LONGEST: Final = 4_096


def ask_program(*command: str) -> str:
    """Return the one line a program prints, "" when it is not there, says no, or says something else.

    Run outside the repository, where no setting of it counts, and without anything to ask a person with.
    """
    path = shutil.which(command[0])
    if path is None or not os.path.isabs(path):
        return ""
    environment = {key: value for key, value in os.environ.items() if key not in _SCRUBBED}
    environment.update(GH_PROMPT_DISABLED="1", NO_PROMPT="1", GH_NO_UPDATE_NOTIFIER="1", NO_COLOR="1")
    try:
        answer = subprocess.run(
            [path, *command[1:]],
            cwd=os.path.abspath(os.sep),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    line = answer.stdout[:_LONGEST].decode("utf-8", "replace").strip()
    return line if answer.returncode == 0 and is_token(line) else ""


def is_token(text: str) -> bool:
    """Say whether a text can go into a header as it is."""
    return 0 < len(text) < _LONGEST and all("!" <= character <= "~" for character in text)
