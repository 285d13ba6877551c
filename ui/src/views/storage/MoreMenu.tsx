/** The button for what is seldom asked of a place. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { IconButton, Menu } from '../parts';
import { StorageDialog } from '../seldom';
import { useWords } from '../services';

/** Draw the button, its menu, and what is chosen there. */
export function MoreMenu({ place }: { readonly place: Place }): ReactElement {
  const t = useWords();
  const [anchor, setAnchor] = useState<Element | null>(null);
  const [isStorageShown, setStorageShown] = useState(false);
  return (
    <>
      <IconButton
        icon="more"
        label={t('More')}
        aria-haspopup="menu"
        onClick={event => setAnchor(event.currentTarget)}
      />
      {anchor ? (
        <Menu
          anchor={anchor}
          label={t('More')}
          items={[{ label: t('What takes the space…'), icon: 'chart', run: () => setStorageShown(true) }]}
          onClose={() => setAnchor(null)}
        />
      ) : null}
      {isStorageShown ? <StorageDialog place={place} onClose={() => setStorageShown(false)} /> : null}
    </>
  );
}
