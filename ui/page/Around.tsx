/** What stands around the views: the promotion, a question, notices. */

import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { PromoteDialog, useServices } from '../src';
import type { Place } from '../src';
import { Button, Dialog, Icon, IconButton } from '../src/views/parts';
import type { PageHost, Shown } from './host';

/** Draw what `host` has to show beside its views. */
export function Around({ host, place }: { readonly host: PageHost; readonly place: Place | null }): ReactElement {
  const { t } = useServices();
  const desk = useSyncExternalStore(host.subscribe, host.current);
  return (
    <>
      {place && desk.promoting !== null ? (
        <PromoteDialog place={place} run={desk.promoting} onClose={() => host.promote('', null)} />
      ) : null}
      {desk.asked ? (
        <Dialog
          title={desk.asked.title}
          onClose={() => desk.asked?.answer(false)}
          footer={
            <>
              <Button autoFocus onClick={() => desk.asked?.answer(false)}>
                {t('Cancel')}
              </Button>
              <Button look="danger" onClick={() => desk.asked?.answer(true)}>
                {desk.asked.accept}
              </Button>
            </>
          }
        >
          <p className="ts-page-question">{desk.asked.body}</p>
        </Dialog>
      ) : null}
      <div className="ts-toasts" aria-live="polite">
        {desk.notices.map(notice => (
          <Toast key={notice.id} notice={notice} onClose={() => host.dismiss(notice.id)} />
        ))}
      </div>
    </>
  );
}

function Toast({ notice, onClose }: { readonly notice: Shown; readonly onClose: () => void }): ReactElement {
  const { t } = useServices();
  const { action } = notice;
  const icons = { info: 'info', success: 'check', warning: 'warning', error: 'error' } as const;
  return (
    <div className={`ts-toast ts-toast-${notice.kind}`} role={notice.kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icons[notice.kind]} />
      <div className="ts-toast-words">
        <p>{notice.message}</p>
        {notice.hint ? <p className="ts-soft">{notice.hint}</p> : null}
      </div>
      {action ? (
        <Button
          icon="undo"
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton icon="close" label={t('Close')} onClick={onClose} />
    </div>
  );
}
