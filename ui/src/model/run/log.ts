/** What all cells of a run wrote to stdout and stderr, line by line. */

import type { Executed } from '../../contract';
import { stripAnsi } from './ansi';

/** One written line and the executed cell that wrote it. */
export interface LogLine {
  readonly cell: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Collect the lines in the order the cells ran. */
export function collectLog(executed: Executed): LogLine[] {
  return executed.cells.flatMap(cell =>
    cell.outputs.flatMap(output => {
      const stream = output.kind;
      if (stream !== 'stdout' && stream !== 'stderr') {
        return [];
      }
      const lines = output.text.replace(/\n$/, '').split('\n');
      return lines.map<LogLine>(text => ({ cell: cell.cell, stream, text }));
    })
  );
}

/** Keep lines that hold `words` (letter case aside) and are of a wanted stream. */
export function filterLog(lines: readonly LogLine[], words: string, stream: 'all' | LogLine['stream']): LogLine[] {
  const wanted = words.toLowerCase();
  return lines.filter(
    line =>
      (stream === 'all' || line.stream === stream) &&
      (wanted === '' || stripAnsi(line.text).toLowerCase().includes(wanted))
  );
}
