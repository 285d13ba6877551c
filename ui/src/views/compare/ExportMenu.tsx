/** The button that takes a comparison out of the panel. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import { toSourceError } from '../charts/answers';
import { Button, Menu } from '../parts';
import { useServices } from '../services';
import { exportCsv, exportPage } from './exporting';
import type { Exported } from './exporting';

/** Offers CSV and a page. */
export function ExportMenu(props: { readonly place: string; readonly exported: Exported }): ReactElement {
  const { place, exported } = props;
  const services = useServices();
  const { host, t } = services;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const page = (): void => {
    exportPage(services, place, exported).catch((error: unknown) => {
      const { message, hint } = toSourceError(error);
      host.notify({ kind: 'error', message, hint });
    });
  };
  return (
    <>
      <Button
        icon="download"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={event => setAnchor(event.currentTarget)}
      >
        {t('Export')}
      </Button>
      {anchor ? (
        <Menu
          anchor={anchor}
          label={t('Export')}
          items={[
            { label: t('The difference table as CSV'), icon: 'table', run: () => exportCsv(services, exported) },
            { label: t('One HTML page'), icon: 'chart', run: page }
          ]}
          onClose={() => setAnchor(null)}
        />
      ) : null}
    </>
  );
}
