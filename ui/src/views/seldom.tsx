/**
 * Views that are seldom opened. Where a program is loaded in parts, as in JupyterLab, they are one part, since they have
 * much in common; where it is one file, as a tab of VS Code, they are in it.
 */

import type { CompareViewProps } from './compare/CompareView';
import { Dialog, later } from './parts';
import type { PromoteDialogProps } from './promote/PromoteDialog';
import type { StorageDialogProps } from './storage/StorageDialog';

/** The compare tab. */
export const CompareView = later<CompareViewProps>(async () => {
  const { CompareView: view } = await import(/* webpackChunkName: "seldom" */ './compare/CompareView');
  return view;
});

/** The dialog that makes a branch of a run. */
export const PromoteDialog = later<PromoteDialogProps>(
  async () => {
    const { PromoteDialog: view } = await import(/* webpackChunkName: "seldom" */ './promote/PromoteDialog');
    return view;
  },
  ({ onClose }, body, t) => (
    <Dialog title={t('Promote')} wide onClose={onClose}>
      {body}
    </Dialog>
  )
);

/** The dialog with what takes the space. */
export const StorageDialog = later<StorageDialogProps>(
  async () => {
    const { StorageDialog: view } = await import(/* webpackChunkName: "seldom" */ './storage/StorageDialog');
    return view;
  },
  ({ onClose }, body, t) => (
    <Dialog title={t('What takes the space')} wide onClose={onClose}>
      {body}
    </Dialog>
  )
);
