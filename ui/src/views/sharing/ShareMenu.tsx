/** The button that opens what can be pushed and pulled, and where. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { visible } from '../../model/format';
import { isUnderWay } from '../../model/sharing';
import type { Sharing, SharingState } from '../../model/sharing';
import { runsOf } from '../../model/query';
import { IconButton, Menu } from '../parts';
import type { MenuItem } from '../parts';
import { useServices } from '../services';
import type { Words } from '../host';
import { useChoices } from '../state/choices';
import { useSharing } from '../state/sharing';

/** Draw the button; nothing where the repository has no remote. */
export function ShareMenu({ place }: { readonly place: Place }): ReactElement | null {
  const { t } = useServices();
  const id = place.id ?? '';
  const { sharing, state } = useSharing(id);
  const { choices, change } = useChoices(id);
  const [anchor, setAnchor] = useState<Element | null>(null);
  if (!state.remotes?.length) {
    return null;
  }
  const pulls: MenuItem = {
    label: t('Pull every few minutes'),
    checked: choices.pulls,
    run: () => change(so => ({ ...so, pulls: !so.pulls }))
  };
  const trouble = state.trouble ? ` · ${visible(state.trouble, 200)}` : '';
  return (
    <>
      <IconButton
        icon="share"
        label={t('Push and pull')}
        title={`${t('Push and pull')}${trouble}`}
        aria-haspopup="menu"
        className={state.trouble ? 'ts-share-trouble' : ''}
        onClick={event => {
          void sharing.load();
          setAnchor(event.currentTarget);
        }}
      />
      {anchor ? (
        <Menu
          anchor={anchor}
          label={t('Push and pull')}
          items={[...acts(sharing, state, runsOf(place.me) !== null, t), ...remotes(sharing, state), null, pulls]}
          onClose={() => setAnchor(null)}
        />
      ) : null}
    </>
  );
}

function acts(sharing: Sharing, state: SharingState, isKnown: boolean, t: Words): readonly (MenuItem | null)[] {
  const remote = sharing.remote;
  const disabled = remote === null || isUnderWay(state.task);
  const name = visible(remote ?? '…', 40);
  const pulls: MenuItem[] = [
    { label: t('Pull from {name}', { name }), icon: 'arrowDown', disabled, run: () => void sharing.pull() },
    { label: t('Pull starred runs'), icon: 'star', disabled, run: () => void sharing.pull({ which: 'starred' }) }
  ];
  const pushes: MenuItem[] = [
    { label: t('Push all runs'), icon: 'arrowUp', disabled, run: () => void sharing.push({ which: 'all' }) },
    { label: t('Push starred runs'), icon: 'star', disabled, run: () => void sharing.push({ which: 'starred' }) }
  ];
  if (isKnown) {
    pulls.splice(1, 0, {
      label: t('Pull my runs'),
      icon: 'person',
      disabled,
      run: () => void sharing.pull({ which: 'mine' })
    });
    pushes.splice(1, 0, {
      label: t('Push my runs'),
      icon: 'person',
      disabled,
      run: () => void sharing.push({ which: 'mine' })
    });
  }
  return [...pulls, null, ...pushes];
}

/** Where to: a choice when there is one, and always the name, since pushing shows runs to others. */
function remotes(sharing: Sharing, state: SharingState): readonly (MenuItem | null)[] {
  const known = state.remotes ?? [];
  return [
    null,
    ...known.slice(0, 20).map(one => ({
      label: `${visible(one.name, 40)} · ${visible(one.address, 60)}`,
      checked: one.name === sharing.remote,
      run: () => sharing.choose(one.name)
    }))
  ];
}
