"""The one comment of ours where requests are issues with comments: GitHub, and Gitea, whose API follows it."""

from __future__ import annotations

from collections.abc import Iterable

from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import lines_with, number, rows, shown_address, text


def write_comment(place: Place, issues: str, opened: Opened, pages: Iterable[object], marker: str, body: str) -> str:
    """Change the first comment with our marker among `pages`, else add one; return its address.

    `issues` is the path of the project's issues. Raises ForgeError when neither can be done.
    """
    client = place.client
    for page in pages:
        for key in lines_with(marker, ((number(row, "id"), text(row, "body")) for row in rows(page))):
            try:
                answer = client.ask("PATCH", f"{issues}/comments/{key}", {"body": body})
            except ForgeError as error:
                # GitHub says 403 of too many requests as well.
                if error.status not in (403, 404) or error.code == "forge-rate-limit":
                    raise
                continue  # somebody else's, or gone by now
            return shown_address(text(answer.data, "html_url"), place.web, opened.url)
    answer = client.ask("POST", f"{issues}/{opened.number}/comments", {"body": body})
    return shown_address(text(answer.data, "html_url"), place.web, opened.url)
