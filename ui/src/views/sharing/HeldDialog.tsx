/** Runs of remotes that are not among the clone's own: why; to be looked at, or taken in under another name. */

import { useId, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import type { HeldRow, Place } from '../../contract';
import { formatAge, formatAligned, visible } from '../../model/format';
import { isUnderWay, sharedOf } from '../../model/sharing';
import { useAnswer } from '../charts/answers';
import { Button, Dialog, Face, Icon, Waiting } from '../parts';
import { Problem } from '../promote/Said';
import { useServices, useWords } from '../services';
import { useNow } from '../state/rows';
import { useSharing } from '../state/sharing';

/** Show what pulls held back. */
export function HeldDialog({ place, onClose }: { readonly place: Place; readonly onClose: () => void }): ReactElement {
  const { source, t } = useServices();
  const id = place.id ?? '';
  const answer = useAnswer(JSON.stringify([id, 'held']), async signal => source.held(id, signal));
  const rows = answer.value?.rows ?? [];
  return (
    <Dialog title={t('Runs that were held back')} wide onClose={onClose}>
      <p className="ts-soft">
        {t(
          'Nothing of them is among your runs, and nothing of them is ever run. They were made by whoever pushed them.'
        )}
      </p>
      {answer.error ? <Problem message={answer.error.message} hint={answer.error.hint} /> : null}
      {answer.value === null && !answer.error ? <Waiting rows={3} label={t('Reading …')} /> : null}
      {answer.value !== null && rows.length === 0 ? <Face icon="check" message={t('There are none.')} /> : null}
      <ul className="ts-held">
        {rows.map(row => (
          <Held
            key={`${row.remote} ${row.run.oid} ${row.run.name}`}
            place={id}
            held={row}
            onTaken={answer.reload}
            onClose={onClose}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function Held(props: {
  readonly place: string;
  readonly held: HeldRow;
  readonly onTaken: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { place, held, onTaken, onClose } = props;
  const { host, t } = useServices();
  const now = useNow(60);
  const [isNaming, setNaming] = useState(false);
  const { run, row, remote, takes } = held;
  const name = visible(run.name, 60);
  const facts = row ? [visible(row.author, 60), formatAge(row.started, now)].filter(Boolean) : [];
  return (
    <li className="ts-held-run" aria-label={name}>
      <p className="ts-held-name">
        <strong>{name}</strong>
        <span className="ts-badge">{visible(remote, 40)}</span>
        <code>{run.oid.slice(0, 8)}</code>
        <span className="ts-soft">{facts.join(' · ')}</span>
      </p>
      <p className="ts-held-why">
        <Icon name={takes ? 'info' : 'warning'} />
        <span>{visible(run.why, 400)}</span>
      </p>
      {row ? (
        <p className="ts-soft">
          {Object.entries(row.metrics)
            .slice(0, 4)
            .map(([metric, cell]) => `${visible(metric, 40)} ${formatAligned(cell.last)}`)
            .join(' · ')}
        </p>
      ) : null}
      <div className="ts-held-acts">
        {row ? (
          <Button
            icon="eye"
            onClick={() => {
              onClose();
              host.openRun(place, row.id);
            }}
          >
            {t('Show')}
          </Button>
        ) : null}
        {takes && !isNaming ? (
          <Button icon="arrowDown" onClick={() => setNaming(true)}>
            {t('Take in under another name…')}
          </Button>
        ) : null}
      </div>
      {isNaming ? <Naming place={place} held={held} onDone={onTaken} /> : null}
    </li>
  );
}

function Naming(props: { readonly place: string; readonly held: HeldRow; readonly onDone: () => void }): ReactElement {
  const { place, held, onDone } = props;
  const t = useWords();
  const { sharing, state } = useSharing(place);
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState<{ readonly message: string; readonly hint: string } | null>(null);
  const id = useId();
  const isBusy = isUnderWay(state.task);
  const take = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTrouble(null);
    const task = await sharing.pull({ remote: held.remote, runs: [held.run.oid], name: name.trim() });
    const shared = sharedOf(task);
    const [again] = shared?.held ?? [];
    if (shared && !again) {
      onDone();
    } else if (again) {
      setTrouble({ message: again.why, hint: '' });
    } else if (task?.error) {
      setTrouble(task.error);
    }
  };
  return (
    <form className="ts-held-naming" onSubmit={event => void take(event)}>
      <label htmlFor={id}>{t('Name here')}</label>
      <input
        id={id}
        className="ts-input"
        value={name}
        maxLength={64}
        autoFocus
        spellCheck={false}
        placeholder={t('small letters, digits and dashes')}
        onChange={event => setName(event.target.value)}
      />
      <button type="submit" className="ts-button ts-button-primary" disabled={isBusy || !name.trim()}>
        {isBusy ? t('Pulling …') : t('Take in')}
      </button>
      {trouble ? <Problem message={trouble.message} hint={trouble.hint} /> : null}
    </form>
  );
}
