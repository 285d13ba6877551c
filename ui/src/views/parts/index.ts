/** Small parts that all views are made of. */

export { Button, IconButton } from './button';
export type { ButtonProps, IconButtonProps } from './button';
export { Face, Lines, Waiting } from './face';
export type { FaceProps } from './face';
export { Chip, Delta, StatusDot, StatusPill, Tag } from './facts';
export { Dialog, Popover } from './floating';
export type { Anchor, DialogProps, PopoverProps } from './floating';
export { Icon } from './icons';
export type { IconName } from './icons';
export { later } from './later';
export { Menu } from './menu';
export type { MenuItem, MenuProps } from './menu';
export { Sparkline } from './sparkline';
export type { SparklineProps } from './sparkline';
