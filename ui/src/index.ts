/** What a host needs of the panel. */

export type * from './contract';
export type { Disposable, PageRequest, Source } from './source/source';
export { SourceError } from './source/source';
export type { Host, Notice, Words } from './views/host';
