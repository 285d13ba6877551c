/** The mark of Trackside: a track with a switch. */

import { LabIcon } from '@jupyterlab/ui-components';

export const tracksideIcon = new LabIcon({
  name: 'trackside:mark',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="none" ' +
    'stroke="#616161" stroke-width="1.5" stroke-linecap="round"><path class="jp-icon-stroke3" d="M4 2v12M4 11c0-4 8-2 8-6"/>' +
    '</g><g class="jp-icon3" fill="#616161"><circle cx="4" cy="2.6" r="1.7"/><circle cx="4" cy="13.4" r="1.7"/>' +
    '<circle cx="12" cy="4" r="1.9"/></g></svg>'
});
