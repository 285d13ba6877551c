"""`trackside serve`: answers the panel of an editor over a pipe."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import Final

from trackside.cli.verb import Verb, no_arguments


def _act(options: Namespace) -> int:
    from trackside.desk.lines import serve

    # Whatever a library prints must not stand between two lines of answers.
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(options.folder, sys.stdin.buffer, outgoing)
    sys.stdout.flush()
    # A thread may still wait for Git; what it does is whole or not at all.
    os._exit(0)


VERBS: Final = {
    "serve": Verb(
        example="trackside serve",
        arguments=no_arguments,
        act=_act,
        more="For extensions of editors, which start it: questions and answers are lines of JSON (docs/serve.md).",
    )
}
