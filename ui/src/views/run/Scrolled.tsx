/** Text of code or of a terminal that moves sideways where it is too wide. */

import type { ReactElement, ReactNode } from 'react';
import { useOverflow } from '../charts/measuring';

/** A stop for the keyboard only where there is something to move. */
export function Scrolled(props: { readonly className?: string; readonly children: ReactNode }): ReactElement {
  const [element, isOver] = useOverflow<HTMLPreElement>();
  return (
    <pre ref={element} className={props.className} tabIndex={isOver ? 0 : undefined}>
      {props.children}
    </pre>
  );
}
