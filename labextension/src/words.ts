/** The interface's texts through JupyterLab's translator. */

import { nullTranslator } from '@jupyterlab/translation';
import type { ITranslator } from '@jupyterlab/translation';
import type { Words } from '@trackside/ui';
import { DOMAIN } from './tokens';

/** Make a translator of texts; `{name}` is filled in after the translation. */
export function wordsOf(translator: ITranslator | null): Words {
  const bundle = (translator ?? nullTranslator).load(DOMAIN);
  return (text, values) => {
    const said = bundle.__(text);
    return values ? said.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : said;
  };
}
