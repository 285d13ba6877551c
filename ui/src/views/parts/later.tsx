/** Views whose program is loaded when they are first opened. */

import { useEffect, useState } from 'react';
import type { ComponentType, ReactElement } from 'react';
import { useServices } from '../services';
import type { Words } from '../host';
import { Face, Waiting } from './face';

/** What stands around a view while it is on its way: a dialog is there at once, and can be closed. */
export type Around<P> = (props: P, body: ReactElement, t: Words) => ReactElement;

/** Make a view of one that `load` brings. Once it is there it is drawn at once, as if it had been from the start. */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  around: Around<P> = (_, body) => body
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Later(props: P): ReactElement {
    const { t } = useServices();
    const [tries, setTries] = useState(0);
    const [hasFailed, setFailed] = useState(false);
    const [, setLoaded] = useState(loaded !== null);
    useEffect(() => {
      if (loaded) {
        return;
      }
      let isWanted = true;
      // React's own `lazy` remembers a failure for ever: there would be no second try.
      load().then(
        view => {
          loaded = view;
          if (isWanted) {
            setLoaded(true);
          }
        },
        () => isWanted && setFailed(true)
      );
      return () => {
        isWanted = false;
      };
    }, [tries]);
    const View = loaded;
    if (View) {
      return <View {...props} />;
    }
    const again = (): void => {
      setFailed(false);
      setTries(count => count + 1);
    };
    return around(props, hasFailed ? <Missed onRetry={again} /> : <Waiting rows={9} label={t('Loading …')} />, t);
  };
}

/** The program of a view did not come. */
function Missed({ onRetry }: { readonly onRetry: () => void }): ReactElement {
  const { t } = useServices();
  return (
    <Face
      icon="error"
      kind="error"
      message={t('This view could not be loaded.')}
      hint={t('Is the server there? After an update of Trackside, load the page again.')}
      actions={[{ label: t('Try again'), run: onRetry, icon: 'refresh' }]}
    />
  );
}
