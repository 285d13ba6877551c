/** The tab as a host of views: what they ask of the program around them is done by the extension. */

import type { Host, Notice } from '@trackside/ui';
import type { Wire } from './wire';

/** Make the host; `promote` opens the dialog in this very tab. */
export function hostOf(wire: Wire, promote: Host['promote']): Host {
  return {
    name: 'vscode',
    openTable: place => wire.do({ kind: 'openTable', place }),
    openRun: (place, run) => wire.do({ kind: 'openRun', place, run }),
    openCompare: (place, runs) => wire.do({ kind: 'openCompare', place, runs }),
    openNotebook: (place, run, name) => wire.do({ kind: 'openNotebook', place, run, name }),
    promote,
    notify: notice => notify(wire, notice),
    confirm: question => new Promise(resolve => wire.choose(id => ({ kind: 'confirm', id, ...question }), resolve)),
    copy: text => wire.do({ kind: 'copy', text }),
    openAddress: address => wire.do({ kind: 'openAddress', address }),
    download: (name, data) =>
      void data.arrayBuffer().then(bytes => wire.do({ kind: 'download', name, data: new Uint8Array(bytes) }))
  };
}

function notify(wire: Wire, { kind, message, hint = '', action }: Notice): void {
  wire.choose(
    id => ({ kind: 'notify', id, level: kind, message, hint, action: action?.label ?? '' }),
    isMeant => isMeant && action?.run()
  );
}
