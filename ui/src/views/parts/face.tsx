/** What stands where there are no runs to show: why, and what to do about it. */

import type { ReactElement, ReactNode } from 'react';
import { useServices } from '../services';
import { Button, IconButton } from './button';
import { Icon } from './icons';
import type { IconName } from './icons';

/** Props of a face. */
export interface FaceProps {
  readonly icon: IconName;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Lines to type somewhere, with a button that copies them. */
  readonly lines?: string;
  readonly kind?: 'calm' | 'error' | 'loading';
  readonly actions?: readonly { readonly label: string; readonly run: () => void; readonly icon?: IconName }[];
  readonly children?: ReactNode;
}

/** A sentence with an icon, a hint and what to do. Errors are told to a screen reader at once. */
export function Face(props: FaceProps): ReactElement {
  const { icon, message, hint, lines, kind = 'calm', actions = [], children } = props;
  return (
    <div className={`ts-face ts-face-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <span className="ts-face-icon">
        <Icon name={icon} />
      </span>
      <p className="ts-face-message">{message}</p>
      {hint ? <p className="ts-face-hint">{coded(hint)}</p> : null}
      {lines ? <Lines text={lines} /> : null}
      {children}
      {actions.length ? (
        <div className="ts-face-actions">
          {actions.map(action => (
            <Button key={action.label} onClick={action.run} {...(action.icon ? { icon: action.icon } : {})}>
              {action.label}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** Draw what stands between backticks as code. */
function coded(text: string): ReactNode {
  return text.split('`').map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part));
}

/** Lines of code with a button that copies them. */
export function Lines({ text }: { readonly text: string }): ReactElement {
  const { host, t } = useServices();
  const copy = (): void => {
    host.copy(text);
    host.notify({ kind: 'success', message: t('Copied.') });
  };
  return (
    <div className="ts-lines">
      <pre>{text}</pre>
      <IconButton icon="copy" label={t('Copy')} onClick={copy} />
    </div>
  );
}

/** Rows that are on their way, drawn as quiet bars. */
export function Waiting({ rows = 6, label }: { readonly rows?: number; readonly label: string }): ReactElement {
  return (
    <div className="ts-waiting" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="ts-waiting-bar" style={{ width: `${86 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
