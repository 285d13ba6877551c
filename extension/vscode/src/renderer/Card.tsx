/** One card: what the output holds, with buttons once the extension has found its run. */

import { createHttpSource, plainWords, RunCardView, ServicesProvider } from '@trackside/ui';
import type { CardActions, Host, RunCard } from '@trackside/ui';
import { useEffect, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import type { Offer, ToCard } from '../notebook/wire';
import type { Known } from './known';

/** A card asks for nothing itself. */
const source = createHttpSource({
  send: () => Promise.reject(new Error('A card has no source.')),
  listen: () => ({ dispose: () => undefined })
});
const nothing = (): void => undefined;
const host: Host = {
  name: 'vscode',
  openTable: nothing,
  openRun: nothing,
  openCompare: nothing,
  openNotebook: nothing,
  promote: nothing,
  notify: nothing,
  confirm: () => Promise.resolve(false),
  copy: nothing,
  openAddress: nothing,
  download: nothing
};

/** Draw `card`. */
export function Card({ card, known }: { readonly card: RunCard; readonly known: Known }): ReactElement {
  const told = useSyncExternalStore(known.listen, () => known.of(card.run));
  useEffect(() => known.say('known', card.run), [known, card.run, card.state]);
  return (
    <ServicesProvider source={source} host={host} t={plainWords}>
      <RunCardView card={now(card, told)} actions={told ? actionsOf(card, told, known) : {}} />
    </ServicesProvider>
  );
}

/** A card that was saved while its run was open is shown as the run stands now. */
function now(card: RunCard, told: ToCard | null): RunCard {
  return card.state === 'open' && told && told.status !== 'open'
    ? { ...card, state: 'sealed', status: told.status }
    : card;
}

function actionsOf(card: RunCard, told: ToCard, known: Known): CardActions {
  const act =
    (offer: Offer): (() => void) =>
    () =>
      known.say(offer, card.run);
  const actions: Partial<Record<Offer, () => void>> = {};
  for (const offer of told.offers) {
    actions[offer] = act(offer);
  }
  return actions;
}
