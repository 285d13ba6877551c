"""Texts that would run if anything took them for HTML, a script, an address or a style. Each calls `__hit`."""

from __future__ import annotations

_HIT = "window.__hit=1"
_TAGS = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><script>{}</script></svg>",
    "<iframe srcdoc='<script>parent.{}</script>'>", "<body onload={}>", "<input autofocus onfocus={}>",
    "<details open ontoggle={}>", "<video><source onerror={}>", "<audio src=x onerror={}>", "<marquee onstart={}>",
    "<a href='javascript:{}' autofocus>x</a>", "<object data='javascript:{}'>", "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><input type=submit autofocus>", "<math href='javascript:{}'>x</math>",
    "<style onload={}>*{{}}</style>", "<link rel=stylesheet href=x onerror={}>",
    "<template><img src=x onerror={}></template>",
    "<select autofocus onfocus={}>", "<textarea autofocus onfocus={}>", "<keygen autofocus onfocus={}>",
    "<table background='javascript:{}'>", "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href='javascript:{}//'>", "<div style='animation-name:x' onanimationstart={}>", "<p onmouseover={}>x</p>",
    "<button autofocus onfocus={}>x</button>", "<isindex action='javascript:{}'>", "<svg><animate onbegin={}>",
    "<svg><set attributeName=onload to='{}'>", "<svg><a xlink:href='javascript:{}'><text>x</text></a></svg>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>", "<xmp><img src=x onerror={}></xmp>",
    "<plaintext><img src=x onerror={}>", "<img src='data:image/svg+xml,<svg onload={}>'>", "<image src=x onerror={}>",
    "<img srcset=x onerror={}>", "<picture><img src=x onerror={}></picture>", "<track onerror={}>",
)  # fmt: skip
_BREAKS = (
    "\"><img src=x onerror={}>", "'><img src=x onerror={}>", "</title><img src=x onerror={}>",
    "</textarea><img src=x onerror={}>",
    "</style><img src=x onerror={}>", "</script><script>{}</script>", "--><img src=x onerror={}>",
    "]]><img src=x onerror={}>",
    "\" onmouseover={} x=\"", "' onfocus={} autofocus x='", "`-{}-`", "${{{}}}",
    "{{{{constructor.constructor('{}')()}}}}",
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "data:text/html,<script>{}</script>",
    "\\u003cimg src=x onerror={}\\u003e",
    "&lt;img src=x onerror={}&gt;", "<<img src=x onerror={}>", "<img/src=x/onerror={}>", "<ScRiPt>{}</sCrIpT>",
    "%3Cimg src=x onerror={}%3E", "[x](javascript:{})", "![x](x\"onerror=\"{})", "<javascript:{}>",
)  # fmt: skip

PAYLOADS = tuple(text.format(_HIT) for text in (*_TAGS, *_BREAKS))
