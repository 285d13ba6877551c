"""What each place that shows Markdown can show, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trackside.review.remote import Forge


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`limit` is the longest text taken, in UTF-16 units; `mermaid` how many characters of it a page draws unasked."""

    limit: int
    mermaid: int
    html: bool = True
    #: Entities are known everywhere, but a backslash is what Markdown without HTML is sure to know.
    entities: bool = True


#: GitHub: 65,536 for a body. GitLab: a million for a body, 2,000 of mermaid a page before a reader has to click.
#: Bitbucket: 32,768 (Data Center), no HTML and no mermaid. Gitea, Forgejo: no stated limit; GitHub's is kept.
_FORMS: Final[dict[Forge | None, Form]] = {
    None: Form(limit=65_536, mermaid=50_000),
    "github": Form(limit=65_536, mermaid=50_000),
    "gitlab": Form(limit=1_000_000, mermaid=1_900),
    "bitbucket-cloud": Form(limit=32_768, mermaid=0, html=False, entities=False),
    "bitbucket-server": Form(limit=32_768, mermaid=0, html=False, entities=False),
    "gitea": Form(limit=65_536, mermaid=50_000),
}


def form_of(forge: Forge | None) -> Form:
    """Return what a forge shows; None is a place that shows what GitHub does."""
    return _FORMS[forge]


def length(text: str) -> int:
    """Count as the strictest of the forges: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
