/** Everything the cells of a run wrote, line by line. */

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Executed } from '../../contract';
import { formatCount } from '../../model/format';
import { collectLog, filterLog } from '../../model/run/log';
import type { LogLine } from '../../model/run/log';
import { Segments } from '../charts/Segments';
import { Button, IconButton } from '../parts';
import { useServices } from '../services';
import { Ansi } from './Outputs';

const MOST_LINES = 400;

/** The newest lines, and more when asked for. */
export function Log({ executed, name }: { readonly executed: Executed; readonly name: string }): ReactElement {
  const { host, t } = useServices();
  const [words, setWords] = useState('');
  const [stream, setStream] = useState<'all' | LogLine['stream']>('all');
  const [most, setMost] = useState(MOST_LINES);
  const lines = useMemo(() => collectLog(executed), [executed]);
  const chosen = useMemo(() => filterLog(lines, words, stream), [lines, words, stream]);
  if (lines.length === 0) {
    return <p className="ts-quiet">{t('No cell wrote anything.')}</p>;
  }
  const rest = chosen.length - most;
  const save = (): void =>
    host.download(`${name}.log`, new Blob([chosen.map(line => line.text).join('\n')], { type: 'text/plain' }));
  return (
    <>
      <div className="ts-controls">
        <input
          className="ts-words"
          type="search"
          value={words}
          placeholder={t('Filter lines')}
          aria-label={t('Filter lines')}
          onChange={event => setWords(event.target.value)}
        />
        <Segments
          label={t('Stream')}
          value={stream}
          choices={[
            { value: 'all', label: t('All') },
            { value: 'stdout', label: 'stdout' },
            { value: 'stderr', label: 'stderr' }
          ]}
          onChoose={setStream}
        />
        <span className="ts-quiet" aria-live="polite">
          {t('lines: {count}', { count: formatCount(chosen.length) })}
        </span>
        <IconButton icon="download" label={t('Download these lines')} onClick={save} />
      </div>
      <div className="ts-wide ts-log" role="log" aria-live="off" aria-label={t('Log')} tabIndex={0}>
        {rest > 0 ? (
          <Button look="quiet" onClick={() => setMost(most + 5 * MOST_LINES)}>
            {t('{count} earlier lines', { count: formatCount(rest) })}
          </Button>
        ) : null}
        {chosen.slice(-most).map((line, index) => (
          <div key={index} className={`ts-log-line ts-log-${line.stream}`}>
            <span title={t('executed cell {number}', { number: line.cell })}>{line.cell}</span>
            <code>
              <Ansi text={line.text} />
            </code>
          </div>
        ))}
      </div>
    </>
  );
}
