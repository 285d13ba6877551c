/** The style of the exported page. It stands alone, so that it brings the values of the tokens it uses. */

const light = {
  ground: '#ffffff',
  ink: '#1d2126',
  soft: '#5f6875',
  line: '#dfe2e6',
  good: '#12794a',
  bad: '#c02f38',
  tint: '#8088941f',
  runs: ['#2f6fde', '#d9730d', '#12875a', '#b2379a', '#7a5af0', '#0f8a9d', '#b33a3a', '#6b7a1e']
};
const dark = {
  ground: '#16181c',
  ink: '#e7e9ec',
  soft: '#9aa3af',
  line: '#31363d',
  good: '#4cc38a',
  bad: '#ff8b8b',
  tint: '#8088941f',
  runs: ['#6ea8ff', '#ffa657', '#56d39b', '#f08bd8', '#b3a0ff', '#59cfe0', '#ff9393', '#c3d356']
};

function variables(theme: typeof light): string {
  const { runs, ...rest } = theme;
  const named = Object.entries(rest).map(([name, value]) => `--${name}:${value}`);
  return [...named, ...runs.map((value, place) => `--ts-run-${place + 1}:${value}`)].join(';');
}

export const pageStyle = `
:root{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){:root{${variables(dark)}}}
body{margin:0 auto;max-width:1200px;padding:24px;background:var(--ground);color:var(--ink);
font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px}header p{color:var(--soft);margin:4px 0 0}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%}th,td{padding:5px 12px;text-align:left;white-space:nowrap;
border-top:1px solid var(--line)}thead th,thead td{border-top:0}tbody th{font-weight:500;color:var(--soft)}
td.other{background:var(--tint)}thead i{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:6px}
small{color:var(--soft)}.better{color:var(--good)}.worse{color:var(--bad)}
.curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}
figure{margin:0;border:1px solid var(--line);border-radius:6px;padding:8px 10px}
figcaption{font-weight:600;margin-bottom:4px}svg{width:100%;display:block}
svg text{fill:var(--soft);font-size:10px}svg path{fill:none;stroke-width:1.6;stroke-linejoin:round}
.grid{stroke:var(--line);stroke-width:1}details{margin-top:28px}summary{cursor:pointer;font-weight:600;margin-bottom:8px}
@media print{body{padding:0}details{display:none}}
`;
