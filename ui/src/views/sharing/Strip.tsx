/** How a push or pull goes, in one strip: progress, what it did, why it was refused; and what is new or held back. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place, Shared, Task } from '../../contract';
import { visible, visibleLines } from '../../model/format';
import type { Head } from '../../model/rows';
import { isUnderWay, sharedOf } from '../../model/sharing';
import type { Sharing, SharingState } from '../../model/sharing';
import { toSourceError } from '../charts/answers';
import { Button, Icon, IconButton } from '../parts';
import type { IconName } from '../parts';
import { tellFailure } from '../runs/actions';
import { counted, useServices, useWords } from '../services';
import { useSharing } from '../state/sharing';
import { HeldDialog } from './HeldDialog';

/** Draw the strip; nothing when there is nothing to say. `onChange`: runs may have come or lost a mark. */
export function SharingStrip(props: {
  readonly place: Place;
  readonly head: Head | null;
  readonly onChange: () => void;
}): ReactElement | null {
  const { place, head, onChange } = props;
  const { source, host, t } = useServices();
  const id = place.id ?? '';
  const { sharing, state } = useSharing(id);
  const [isHeldShown, setHeldShown] = useState(false);
  const held = head?.held ?? 0;
  const fresh = head?.fresh ?? 0;
  const markSeen = (): void => void source.seen(id, []).then(onChange, (error: unknown) => tellFailure(host, t, error));
  return (
    <div className="ts-sharing">
      <TaskStrip sharing={sharing} state={state} />
      {fresh > 0 ? (
        <Line icon="info" kind="info">
          <span>{counted(t, fresh, '1 new run since the last pull', '{n} new runs since the last pull')}</span>
          <Button look="quiet" onClick={markSeen}>
            {t('Mark as seen')}
          </Button>
        </Line>
      ) : null}
      {held > 0 ? (
        <Line icon="warning" kind="warning">
          <span>{counted(t, held, '1 run was held back', '{n} runs were held back')}</span>
          <Button look="quiet" aria-haspopup="dialog" onClick={() => setHeldShown(true)}>
            {t('Look at them')}
          </Button>
        </Line>
      ) : null}
      {isHeldShown ? (
        <HeldDialog
          place={place}
          onClose={() => {
            setHeldShown(false);
            onChange();
          }}
        />
      ) : null}
    </div>
  );
}

function TaskStrip({ sharing, state }: { readonly sharing: Sharing; readonly state: SharingState }) {
  const t = useWords();
  const { task, error } = state;
  if (error) {
    const told = toSourceError(error);
    return (
      <Line icon="error" kind="error" onClose={sharing.dismiss}>
        <Words message={told.message} hint={told.hint} />
      </Line>
    );
  }
  if (task === null) {
    return null;
  }
  if (isUnderWay(task)) {
    return (
      <div className="ts-sharing-line" role="status">
        <progress aria-label={t('Progress')} max={1} {...(task.progress === null ? {} : { value: task.progress })} />
        <span className="ts-sharing-words">{visible(task.message, 200)}</span>
        <Button look="quiet" icon="stop" onClick={() => void sharing.cancel()}>
          {t('Cancel')}
        </Button>
      </div>
    );
  }
  return <Ended task={task} onClose={sharing.dismiss} />;
}

function Ended({ task, onClose }: { readonly task: Task; readonly onClose: () => void }): ReactElement {
  const t = useWords();
  const shared = sharedOf(task);
  if (shared === null) {
    return task.state === 'cancelled' ? (
      <Line icon="info" kind="info" onClose={onClose}>
        <Words message={t('It was cancelled.')} hint={t('What arrived stays; the next one goes on from there.')} />
      </Line>
    ) : (
      <Line icon="error" kind="error" onClose={onClose}>
        <Words message={task.error?.message ?? task.message} hint={task.error?.hint ?? ''} />
      </Line>
    );
  }
  const isWhole = shared.held.length === 0 && shared.files.missing.length === 0 && shared.annotations !== 'refused';
  return (
    <Line icon={isWhole ? 'check' : 'warning'} kind={isWhole ? 'info' : 'warning'} onClose={onClose}>
      <span>
        <p>{visible(shared.message, 300)}</p>
        <Details shared={shared} />
      </span>
    </Line>
  );
}

const FIRST = 5;

/** What did not travel, each with its reason; of a pull, held runs are told of by the line of their own too. */
function Details({ shared }: { readonly shared: Shared }): ReactElement {
  const t = useWords();
  const { held, files, notes } = shared;
  return (
    <>
      {held.slice(0, FIRST).map(one => (
        <p key={`${one.oid} ${one.name}`} className="ts-sharing-held">
          <strong>{visible(one.name, 60)}</strong> {visible(one.why, 300)}
          {one.hint && shared.way === 'push' ? <span className="ts-soft"> {visible(one.hint, 200)}</span> : null}
        </p>
      ))}
      {held.length > FIRST ? <p className="ts-soft">{t('and {n} more', { n: held.length - FIRST })}</p> : null}
      {files.missing.length > 0 ? (
        <p>
          {t('Large files that did not travel:')} {visible(files.missing.slice(0, FIRST).join(', '), 300)}:{' '}
          {visible(files.why, 300)} <span className="ts-soft">{visible(files.hint, 200)}</span>
        </p>
      ) : null}
      {notes.map(note => (
        <p key={note}>{visible(note, 300)}</p>
      ))}
    </>
  );
}

function Words({ message, hint }: { readonly message: string; readonly hint: string }): ReactElement {
  return (
    <span>
      <p>{visible(message, 400)}</p>
      {hint ? <p className="ts-soft ts-problem-hint">{visibleLines(hint)}</p> : null}
    </span>
  );
}

function Line(props: {
  readonly icon: IconName;
  readonly kind: 'info' | 'warning' | 'error';
  readonly onClose?: () => void;
  readonly children: React.ReactNode;
}): ReactElement {
  const { icon, kind, onClose, children } = props;
  const t = useWords();
  return (
    <div className={`ts-sharing-line ts-sharing-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icon} />
      <div className="ts-sharing-words">{children}</div>
      {onClose ? <IconButton icon="close" label={t('Put away')} onClick={onClose} /> : null}
    </div>
  );
}
