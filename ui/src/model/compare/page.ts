/** One self-contained HTML page of a comparison: no scripts, nothing fetched, light and dark by the reader's system. */

import type { Comparison, Curve, TextRow } from '../../contract';
import { formatDelta, formatDuration, formatMoment } from '../format';
import { drawCurves } from './curvesvg';
import { chooseRows, collectRows } from './differences';
import type { DifferenceCell, DifferenceRow } from './differences';
import { escapeHtml } from './escape';
import { pageStyle } from './pagestyle';
import type { Stroke } from './strokes';

/** The words of the page, already in the reader's language. */
export interface PageWords {
  readonly title: string;
  readonly made: string;
  readonly differences: string;
  readonly curves: string;
  readonly packages: string;
  readonly same: string;
  readonly run: string;
  readonly status: string;
  readonly started: string;
  readonly duration: string;
  readonly language: string;
}

/** What the page tells of; `runs` and `strokes` in the order of the comparison's runs. */
export interface PageContent {
  readonly comparison: Comparison;
  readonly runs: readonly string[];
  readonly strokes: readonly Stroke[];
  readonly curves: readonly Curve[];
}

/** Write the page. Every text that is not ours goes through `escapeHtml`. */
export function writePage(content: PageContent, words: PageWords): string {
  const { comparison } = content;

  const rows = collectRows(comparison);
  const packages = comparison.packages.filter(row => row.differs);
  const drawn = drawAll(content);
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(words.language)}"><head><meta charset="utf-8">`,
    // Nothing can be fetched or run, whatever stands in the page.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(words.title)}</title><style>${pageStyle}</style></head><body>`,
    `<header><h1>${escapeHtml(words.title)}</h1><p>${escapeHtml(words.made)}</p></header><main>`,
    section(words.differences, table(content, chooseRows(rows, false), words)),
    drawn === '' ? '' : section(words.curves, `<div class="curves">${drawn}</div>`),
    packages.length > 0 ? section(words.packages, packageTable(content, packages)) : '',
    folded(
      words.same,
      table(
        content,
        chooseRows(rows, true).filter(row => !row.differs),
        words,
        false
      )
    ),
    '</main></body></html>\n'
  ].join('\n');
}

function drawAll({ runs, strokes, curves }: PageContent): string {
  const byRun = new Map(runs.flatMap((run, place) => (strokes[place] ? [[run, strokes[place]] as const] : [])));
  const metrics = [...new Set(curves.map(curve => curve.metric))];
  return metrics
    .map(metric => {
      const svg = drawCurves(
        metric,
        curves.filter(curve => curve.metric === metric),
        byRun
      );
      return svg === '' ? '' : `<figure><figcaption>${escapeHtml(metric)}</figcaption>${svg}</figure>`;
    })
    .join('');
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function folded(title: string, body: string): string {
  return `<details><summary>${escapeHtml(title)}</summary>${body}</details>`;
}

function table(content: PageContent, rows: readonly DifferenceRow[], words: PageWords, isHeaded = true): string {
  const { runs } = content.comparison;
  const facts: readonly (readonly [string, readonly string[]])[] = [
    [words.status, runs.map(run => run.status)],
    [words.started, runs.map(run => formatMoment(run.started))],
    [words.duration, runs.map(run => formatDuration(run.duration))]
  ];
  const head = isHeaded ? facts.map(([name, cells]) => plainRow(name, cells)).join('') : '';
  const body = rows.map(
    row =>
      `<tr class="${row.kind}"><th scope="row">${escapeHtml(row.name)}</th>${row.cells.map(valueCell).join('')}</tr>`
  );
  return wrap(`${runHead(content, words.run)}<tbody>${head}${body.join('')}</tbody>`);
}

function packageTable(content: PageContent, rows: readonly TextRow[]): string {
  const body = rows.map(row =>
    plainRow(
      row.name,
      row.values.map(value => value ?? '')
    )
  );
  return wrap(`${runHead(content, '')}<tbody>${body.join('')}</tbody>`);
}

function wrap(body: string): string {
  return `<div class="wide"><table>${body}</table></div>`;
}

function runHead({ comparison, strokes }: PageContent, corner: string): string {
  const cells = comparison.runs.map(
    (run, place) =>
      `<th scope="col"><i style="background:var(${strokes[place]?.token ?? '--soft'})"></i>${escapeHtml(run.name)}</th>`
  );
  return `<thead><tr><td>${escapeHtml(corner)}</td>${cells.join('')}</tr></thead>`;
}

function plainRow(name: string, cells: readonly string[]): string {
  const values = cells.map(cell => `<td>${escapeHtml(cell)}</td>`);
  return `<tr><th scope="row">${escapeHtml(name)}</th>${values.join('')}</tr>`;
}

const ARROWS = { better: '▲', worse: '▼', same: '', noise: '≈', unknown: '' } as const;

function valueCell(cell: DifferenceCell): string {
  const text = cell.best ? `<b>${escapeHtml(cell.text)}</b> ★` : escapeHtml(cell.text);
  const delta =
    cell.delta === null || cell.delta === 0
      ? ''
      : ` <small class="${cell.verdict}">${ARROWS[cell.verdict]} ${escapeHtml(formatDelta(cell.delta))}</small>`;
  return `<td${cell.differs ? ' class="other"' : ''}>${text}${delta}</td>`;
}
