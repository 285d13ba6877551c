"""Names of experiments: what may be one, and how one is made up. Pure."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

from trackside.errors import NameTakenError, UsageError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
#: Git would take such a word for an abbreviated object id.
_HEX: Final = re.compile(r"[0-9a-f]{4,}\Z")
#: Words that mean a revision, or an option of our own commands, to somebody.
_RESERVED: Final = frozenset({"head", "stash", "workspace", "baseline", "all", "main", "master", "exec", "celery"})
LONGEST: Final = 64

_ADJECTIVES: Final = (
    "amber apt avid azure bold brave brisk calm civil clean clear cool coral crisp deft eager early even fair "
    "fast fine firm fleet fond fresh full gentle glad gold good grand green happy hardy honest jolly keen kind "
    "large light lively loyal lucid lucky lunar mellow merry mild modest neat nimble noble novel olive open "
    "plain polar proud pure quick quiet rapid ready rich ripe rosy round royal sage sandy sharp shiny silver "
    "sleek smart smooth snug solar solid sound spry stable steady still stout sunny super sure swift tidy tough "
    "true upbeat urban vital vivid warm wary wise witty young zesty"
).split()
_NOUNS: Final = (
    "acorn alder anchor aspen badger bay beacon bear birch bird bison brook canyon cedar cliff cloud clover comet "
    "condor coral cove crane creek crow cub deer delta dune eagle elm falcon fern field finch fjord flint forest "
    "fox gale garnet gecko glen grove gull harbor hare hawk hazel heath heron hill holly ibis iris island ivy jay "
    "jade kelp kite koala lagoon lake lark leaf lemur lily linden lion lotus lynx maple marsh marten meadow mesa "
    "mist moon moose moss moth newt oak oasis ocean opal orca osprey otter owl panda pearl petal pika pine plover "
    "pond poppy prairie puffin quail quartz rain raven reed reef ridge river robin rose sable sage seal shore "
    "sky slate snow sparrow spruce star stone stork swan tern thorn thrush tide tiger topaz trout tulip tundra "
    "valley vole walnut wave whale willow wind wolf wren yak yew zebra zephyr"
).split()


def make_up_name(is_taken: Callable[[str], bool] = lambda _: False) -> str:
    """Make up a free name of the form adjective-noun-xx."""
    while True:
        name = f"{secrets.choice(_ADJECTIVES)}-{secrets.choice(_NOUNS)}-{secrets.token_hex(1)}"
        if not is_taken(name):
            return name


def check_name(name: str) -> str:
    """Return `name` when it may name an experiment; raise UsageError with the reason otherwise."""
    hint = "Use a-z, 0-9 and hyphens, at most 64, starting with a letter or digit; put any text into the title."
    if not _NAME.match(name):
        raise UsageError(f"{name!r} cannot be the name of a run.", hint=hint, code="bad-name")
    if _HEX.match(name):
        raise UsageError(
            f"{name!r} looks like a commit id, so it cannot be the name of a run.", hint=hint, code="bad-name"
        )
    if name in _RESERVED:
        raise UsageError(f"{name!r} means something else to Git, so it cannot name a run.", hint=hint, code="bad-name")
    return name


def slug(text: str) -> str:
    """Turn any text into the nearest valid name, or '' when nothing of it can be kept."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    if name and (_HEX.match(name) or name in _RESERVED):
        name = f"run-{name}"[:LONGEST]
    return name


def candidate(name: str, attempt: int) -> str:
    """Name the `attempt`-th try (from 0) for a wanted name: x, x-2, x-3, …; the order is fixed, so that
    two processes sealing the same run meet at the same ref."""
    if attempt == 0:
        return name
    suffix = f"-{attempt + 1}"
    return name[: LONGEST - len(suffix)].rstrip("-") + suffix


def require_free(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a checked `name` nobody uses; raise NameTakenError otherwise."""
    check_name(name)
    if is_taken(name):
        raise NameTakenError(f"There is a run, branch or tag named {name} already.", hint="Choose another name.")
    return name
