/** What was made: the branch, where it was pushed, and the request. */

import type { ReactElement } from 'react';
import type { PromotedRequest, Promoted } from '../../contract';
import { webAddress } from '../../model/address';
import { visible } from '../../model/format';
import { Button, Icon } from '../parts';
import { useServices, useWords } from '../services';
import { Note } from './Said';

/** Draw the result; `request` is how the forge calls one. */
export function Result({ promoted, request }: { readonly promoted: Promoted; readonly request: string }): ReactElement {
  const { host, t } = useServices();
  const { branch, pushed } = promoted;
  const name = visible(branch, 200);
  return (
    <div className="ts-result">
      <div role="status" className="ts-result-said">
        <span className="ts-result-icon">
          <Icon name="check" />
        </span>
        <p className="ts-face-message">
          {pushed
            ? t('The branch {name} is made and pushed to {remote}.', { name, remote: visible(pushed, 80) })
            : t('The branch {name} is made.', { name })}
        </p>
        <p className="ts-soft">
          {t('Your checkout is as it was.')} <code>{promoted.oid.slice(0, 10)}</code>
        </p>
      </div>
      {promoted.request ? <Opened made={promoted.request} request={request} /> : null}
      {promoted.notes.map(note => (
        <Note key={note} text={note} />
      ))}
      <Button icon="copy" onClick={() => host.copy(branch)}>
        {t('Copy the name')}
      </Button>
    </div>
  );
}

function Opened({ made, request }: { readonly made: PromotedRequest; readonly request: string }): ReactElement | null {
  const { host, t } = useServices();
  const address = webAddress(made.url);
  return (
    <section className="ts-result-request" aria-label={request}>
      <p>{useSentence(made, request)}</p>
      {made.url ? <code className="ts-result-address">{visible(made.url, 300)}</code> : null}
      <div className="ts-result-do">
        {address ? (
          <Button look="primary" icon="link" onClick={() => host.openAddress(address)}>
            {made.state === 'offered' ? t('Open it in the browser') : t('Look at it')}
          </Button>
        ) : null}
        {made.url ? (
          <Button icon="copy" onClick={() => host.copy(made.url ?? '')}>
            {t('Copy the address')}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function useSentence(made: PromotedRequest, request: string): string {
  const t = useWords();
  const words = {
    created: t('The {request} is open.', { request }),
    updated: t('The {request} that was open is up to date.', { request }),
    found: t('A {request} for this branch is open already.', { request }),
    offered: made.url
      ? t('The {request} can be opened at this address:', { request })
      : t('Open the {request} on the pages of the remote.', { request })
  };
  return words[made.state];
}
