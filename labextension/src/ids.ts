/** Names of commands and widgets; part of what other extensions may rely on. */

export const ids = {
  panel: 'trackside-panel',
  showPanel: 'trackside:show-panel',
  openTable: 'trackside:open-table',
  openRun: 'trackside:open-run',
  compare: 'trackside:compare',
  openNotebook: 'trackside:open-notebook-as-it-was',
  promote: 'trackside:promote',
  showStorage: 'trackside:show-storage',
  push: 'trackside:push',
  pull: 'trackside:pull',
  track: 'trackside:track',
  endRun: 'trackside:end-run',
  discardRun: 'trackside:discard-run',
  showRunsOf: 'trackside:show-runs-of',
  openCurrentRun: 'trackside:open-current-run',
  toggleBadges: 'trackside:toggle-badges'
} as const;
