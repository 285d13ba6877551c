/** What jsdom lacks of a browser with a screen. */

import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// On a busy machine a second is soon over; a test that passes waits no longer for more.
configure({ asyncUtilTimeout: 10_000 });

if (typeof window !== 'undefined') {
  // A list of rows needs a height, or no row is in view.
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { get: () => 600 });
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { get: () => 1000 });
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { get: () => 600 });
  window.HTMLElement.prototype.scrollTo = () => undefined;
  window.HTMLElement.prototype.scrollIntoView = () => undefined;
  window.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  afterEach(cleanup);
}
