/** Foreign text inside HTML and SVG that we write ourselves. */

import { visible } from '../format';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;'
};

/** Write text for an element or a quoted attribute: it can end neither, nor move or hide other text. */
export function escapeHtml(text: string): string {
  return visible(text, 10_000).replace(/[&<>"'`]/g, char => ENTITIES[char] ?? '');
}
