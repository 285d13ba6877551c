/** Buttons: with words, or an icon that says its words to a screen reader and as a tip. */

import { forwardRef } from 'react';
import type { ButtonHTMLAttributes } from 'react';
import { Icon } from './icons';
import type { IconName } from './icons';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'>;

/** Props of a button with words. */
export interface ButtonProps extends Native {
  readonly icon?: IconName;
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
}

/** A button with words. */
export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(props, ref) {
  const { icon, look = 'plain', className = '', children, ...rest } = props;
  return (
    <button {...rest} ref={ref} type="button" className={`ts-button ts-button-${look} ${className}`.trim()}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
});

/** Props of an icon button. */
export interface IconButtonProps extends Native {
  readonly icon: IconName;
  readonly label: string;
  /** For a switch: whether it is on. */
  readonly pressed?: boolean;
  readonly filled?: boolean;
}

/** A button with an icon; `label` is its name and its tip. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(props, ref) {
  const { icon, label, pressed, filled = false, className = '', ...rest } = props;
  return (
    <button
      title={label}
      {...rest}
      ref={ref}
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      className={`ts-iconbutton ${className}`.trim()}
    >
      <Icon name={icon} filled={filled} />
    </button>
  );
});
