"""The style of a report's page: the colours of the panel, for light and dark, wide and narrow, and paper."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ground:#f6f7f9;--paper:#fff;--ink:#1d2126;--soft:#5f6875;--line:#dfe2e6;
--tint:#f1f3f5;--good:#12794a;--bad:#c02f38;--warn:#8f5a00;--run:#2f6fde;--base:#7a828d;--added:#e3f3ea;
--removed:#fbe7e8;--code:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{--ground:#101215;--paper:#16181c;--ink:#e7e9ec;--soft:#9aa3af;--line:#31363d;
--tint:#20242a;--good:#4cc38a;--bad:#ff8b8b;--warn:#f0b84a;--run:#6ea8ff;--base:#8d96a3;--added:#143426;
--removed:#40201f}}
*{box-sizing:border-box}
html{background:var(--ground);-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:960px;padding:32px 24px 56px;color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1,h2,p,ul,figure,pre,dl,dd,dt{margin:0;padding:0}
h1{font-size:25px;line-height:1.25;letter-spacing:-.012em;font-weight:650;overflow-wrap:anywhere}
h2{margin:36px 0 12px;font-size:16px;font-weight:650}
code,pre,.v{font-family:var(--code);font-size:13px}
.v,.n{overflow-wrap:anywhere}
.facts{margin-top:6px;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
.facts b{color:var(--ink);font-weight:550}
.card{background:var(--paper);border:1px solid var(--line);border-radius:10px}
.verdict{margin-top:20px;padding:18px 20px;border-left:4px solid var(--c);display:grid;gap:6px;overflow-wrap:anywhere}
.verdict strong{color:var(--c);font-size:17px}
.verdict .note{color:var(--soft);font-size:14px}
.good{--c:var(--good)}.bad{--c:var(--bad)}.warn{--c:var(--warn)}.dim{--c:var(--soft)}
.tiles{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 14px;margin-bottom:2px}
.tiles .big{font-size:32px;line-height:1.2;font-weight:650;letter-spacing:-.02em}
.tiles .was{color:var(--soft);font-size:18px}
.tiles .what{flex-basis:100%;color:var(--soft);font-size:13px;font-family:var(--code);overflow-wrap:anywhere}
.d{color:var(--c,var(--soft));font-weight:550}
.table{overflow-x:auto}
table{width:100%;border-collapse:collapse}
th,td{padding:9px 14px;text-align:left;vertical-align:top}
thead th{color:var(--soft);font-size:12.5px;font-weight:500;border-bottom:1px solid var(--line);white-space:nowrap}
tbody th{font-weight:450;min-width:90px;overflow-wrap:anywhere}
tbody tr+tr>*{border-top:1px solid var(--line)}
tbody td.n,thead th.n{text-align:right;white-space:nowrap}
tbody td.d{white-space:nowrap}
tbody td.v{min-width:76px}
tr.main th{font-weight:650}
small{color:var(--soft);font-size:12.5px;font-weight:400}
tbody th small{display:block;font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}
figure{padding:14px 16px 12px;min-width:0;max-width:560px}
figcaption{display:flex;flex-wrap:wrap;gap:2px 14px;margin-bottom:8px;font-size:13px}
figcaption code{margin-right:auto;overflow-wrap:anywhere}
.key{color:var(--soft)}
.key::before{content:"";display:inline-block;width:16px;margin:0 6px 4px 0;border-top:2px solid var(--run)}
.key.b::before{border-top:2px dashed var(--base)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--soft);font:11px system-ui,-apple-system,"Segoe UI",sans-serif}
svg .grid{stroke:var(--line);stroke-width:1}
svg polyline{fill:none;stroke:var(--run);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
svg polyline.b{stroke:var(--base);stroke-dasharray:5 4;stroke-width:1.75}
svg circle{fill:var(--run)}svg circle.b{fill:var(--base)}
details{margin-top:10px}
details.card{margin-top:10px;overflow:hidden}
summary{padding:10px 14px;cursor:pointer;overflow-wrap:anywhere}
summary small{margin-left:8px}
summary:focus-visible{outline:2px solid var(--run);outline-offset:-2px;border-radius:10px}
.cell{padding:7px 14px;border-top:1px solid var(--line);color:var(--soft);font-size:12.5px}
pre.diff{border-top:1px solid var(--line);overflow-x:auto;line-height:1.5;padding:6px 0}
pre.diff span{display:block;min-width:max-content;padding:0 14px;white-space:pre}
pre.diff .p{background:var(--added)}pre.diff .m{background:var(--removed)}pre.diff .h{color:var(--soft)}
ul.notices{list-style:none;display:grid;gap:8px}
ul.notices li{padding:10px 14px;border-left:4px solid var(--warn);overflow-wrap:anywhere}
ul.notices span{display:block;color:var(--soft);font-size:14px}
dl{display:grid;grid-template-columns:max-content 1fr}
dl>div{display:contents}
dt,dd{padding:8px 14px}
dd{padding-left:0;overflow-wrap:anywhere}
dl>div+div>*{border-top:1px solid var(--line)}
dt b{display:inline-block;width:20px;color:var(--c)}
pre.steps{padding:12px 16px;overflow-x:auto;line-height:1.7}
footer{margin-top:40px;color:var(--soft);font-size:12.5px}
@media (max-width:560px){body{padding:20px 14px 40px}h1{font-size:20px}th,td{padding:8px 9px}
table.metrics .s{display:none}dt{padding-right:10px}.verdict{padding:14px 15px}.tiles .big{font-size:27px}
tbody td.d{white-space:normal}}
@media print{html{background:#fff}body{max-width:none;padding:0}.card{break-inside:avoid}}
""".strip()


def style_source() -> str:
    """Return this very style as a policy names it; what shows the page in a frame must let it in too."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def policy() -> str:
    """Return the Content-Security-Policy of the page: this very style, and nothing else."""
    return f"default-src 'none'; style-src {style_source()}; base-uri 'none'; form-action 'none'"
