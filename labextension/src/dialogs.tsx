/** Puts a dialog of the views over the program, outside of any tab. */

import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import type { ReactElement } from 'react';
import type { ITracksideHost, ITracksideSource } from './tokens';
import { framed } from './views';

/** Open what `body` makes of a way to close it; what had the keys before has them again afterwards. */
export function openDialog(
  parts: ITracksideSource,
  host: ITracksideHost,
  body: (close: () => void) => ReactElement
): void {
  const before = document.activeElement;
  const close = (): void => {
    widget.dispose();
    if (before instanceof HTMLElement) {
      before.focus();
    }
  };
  const widget = ReactWidget.create(framed(parts, host, body(close)));
  widget.addClass('ts-lab-dialog');
  Widget.attach(widget, document.body);
}
