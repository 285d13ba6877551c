/** What a chart must know of the page: its width, whether it is seen, and the colours of the theme as they are now. */

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Follow the width of an element in CSS pixels; 0 before it is known. */
export function useWidth<E extends HTMLElement>(): readonly [RefObject<E>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) {
      return;
    }
    setWidth(Math.floor(watched.clientWidth));
    if (typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(() => setWidth(Math.floor(watched.clientWidth)));
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** Become true when the element comes near the visible part of the page, and stay so. */
export function useSeen<E extends HTMLElement>(): readonly [RefObject<E>, boolean] {
  const element = useRef<E>(null);
  const [isSeen, setSeen] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    const watched = element.current;
    if (!watched || isSeen) {
      return;
    }
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) {
          setSeen(true);
        }
      },
      { rootMargin: '300px' }
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [isSeen]);
  return [element, isSeen];
}

/** Tell whether an element is wider inside than outside, and so must be reached by the keyboard to be moved. */
export function useOverflow<E extends HTMLElement>(): readonly [RefObject<E>, boolean] {
  const [element, width] = useWidth<E>();
  const [isOver, setOver] = useState(false);
  // After every drawing: the text inside may be another one.
  useEffect(() => setOver((element.current?.scrollWidth ?? 0) > width + 1)); // eslint-disable-line react-hooks/exhaustive-deps -- the same answer draws nothing anew
  return [element, isOver];
}

/** Colours as a canvas needs them, and the font of the panel. */
export interface Theme {
  readonly soft: string;
  readonly line: string;
  readonly ground: string;
  readonly font: string;
  /** By the name of the token. */
  readonly runs: Readonly<Record<string, string>>;
}

const RUNS = Array.from({ length: 8 }, (_, place) => `--ts-run-${place + 1}`);

/** Follow the theme of the element's surroundings; null before it is known. */
export function useTheme(element: RefObject<HTMLElement>): Theme | null {
  const [theme, setTheme] = useState<Theme | null>(null);
  useLayoutEffect(() => {
    const inside = element.current;
    if (!inside) {
      return;
    }
    const read = (): void => {
      const next = readTheme(inside);
      setTheme(before => (before && JSON.stringify(before) === JSON.stringify(next) ? before : next));
    };
    read();
    return watchTheme(read);
  }, [element]);
  return theme;
}

function readTheme(inside: HTMLElement): Theme {
  // A colour is only worked out where it is used as one.
  const probe = document.createElement('span');
  probe.hidden = true;
  // Forced colours would make all runs one colour.
  probe.style.setProperty('forced-color-adjust', 'none');
  inside.appendChild(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    soft: colour('--ts-ink-soft'),
    line: colour('--ts-line'),
    ground: colour('--ts-ground'),
    font: `11px ${getComputedStyle(inside).fontFamily || 'sans-serif'}`,
    runs: Object.fromEntries(RUNS.map(token => [token, colour(token)]))
  };
  probe.remove();
  return theme;
}

function watchTheme(read: () => void): () => void {
  let timer = 0;
  // A host sets the attribute a little before or after its style sheet counts.
  const later = (): void => {
    read();
    clearTimeout(timer);
    timer = window.setTimeout(read, 250);
  };
  const observer = new MutationObserver(later);
  const options = {
    attributes: true,
    attributeFilter: ['class', 'style', 'data-jp-theme-name', 'data-jp-theme-light']
  };
  observer.observe(document.body, options);
  observer.observe(document.documentElement, options);
  const system = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null;
  system?.addEventListener('change', later);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    system?.removeEventListener('change', later);
  };
}
