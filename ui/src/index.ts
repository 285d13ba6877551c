/** What a host needs of the panel. */

export type * from './contract';
export type { Disposable, PageRequest, Source } from './source/source';
export { SourceError } from './source/source';
export { createHttpSource, isAborted, isChanged } from './source/http';
export type { HttpOptions } from './source/http';
export type { Host, Notice, Words } from './views/host';
export { parseChoices } from './model/choices';
export { differing } from './model/differing';
export {
  formatAge,
  formatAligned,
  formatDelta,
  formatDuration,
  formatMoment,
  formatNumber,
  formatShort,
  visible
} from './model/format';
export { plainWords, ServicesProvider, useServices } from './views/services';
export type { Services } from './views/services';
export { Face, Waiting } from './views/parts';
export { FailureFace } from './views/runs/Faces';
export { isRunCard, RunCardView } from './views/card';
export type { CardActions } from './views/card';
export { CompareView, PromoteDialog, StorageDialog } from './views/seldom';
export type { CompareViewProps } from './views/compare/CompareView';
export { goToSection } from './views/compare/Section';
export { RunView } from './views/run/RunView';
export type { RunViewProps } from './views/run/RunView';
export { sharingOf } from './views/state/sharing';
export { isUnderWay, sharedOf, Sharing } from './model/sharing';
export { sharedSharing } from './views/state/sharings';
export { PlacePanel } from './views/panel/PlacePanel';
export { RunsPanel } from './views/panel/RunsPanel';
export { WithPlace } from './views/panel/WithPlace';
export { HeldDialog } from './views/sharing/HeldDialog';
export { webAddress } from './model/address';
export type { PromoteDialogProps } from './views/promote/PromoteDialog';
export { RunsTable } from './views/table/RunsTable';
