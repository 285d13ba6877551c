/** Sections of a long tab: each folds and remembers it; a row of buttons goes to them and tells where one is. */

import { createContext, useContext, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode, RefObject } from 'react';
import { Icon } from '../parts';
import { useWords } from '../services';
import { useChoices } from '../state/choices';

/** One section. */
export interface SectionFact {
  readonly id: string;
  readonly title: string;
  /** A word or number beside the title. */
  readonly note?: string | undefined;
}

interface Around {
  readonly place: string;
  /** Tells two tabs apart, for the fold is remembered for each. */
  readonly tab: string;
}

const Context = createContext<Around>({ place: '', tab: '' });

/** Give sections the place they remember their folds for. */
export function Sections(props: Around & { readonly children: ReactNode }): ReactElement {
  const { place, tab, children } = props;
  const around = useMemo(() => ({ place, tab }), [place, tab]);
  return <Context.Provider value={around}>{children}</Context.Provider>;
}

export interface SectionProps extends SectionFact {
  /** Controls at the right of the title, while it is open. */
  readonly tools?: ReactNode;
  readonly children: () => ReactNode;
}

/** A section; what is inside is made only while it is open. */
export function Section({ id, title, note, tools, children }: SectionProps): ReactElement {
  const { place, tab } = useContext(Context);
  const { choices, change } = useChoices(place);
  const label = useId();
  const key = `${tab}.${id}`;
  const isOpen = !choices.folded.includes(key);
  const toggle = (): void =>
    change(so => ({ ...so, folded: isOpen ? [...so.folded, key] : so.folded.filter(name => name !== key) }));
  return (
    <section className="ts-section" data-section={id} aria-labelledby={label}>
      <header>
        <h3 id={label}>
          <button type="button" aria-expanded={isOpen} onClick={toggle}>
            <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
            {title}
            {note ? <span className="ts-section-note">{note}</span> : null}
          </button>
        </h3>
        {isOpen ? tools : null}
      </header>
      {isOpen ? <div className="ts-section-body">{children()}</div> : null}
    </section>
  );
}

export interface SectionNavProps {
  readonly sections: readonly SectionFact[];
  readonly scroller: RefObject<HTMLElement>;
}

/** Buttons that bring a section into sight and give it the focus; arrows move among them. */
export function SectionNav({ sections, scroller }: SectionNavProps): ReactElement {
  const t = useWords();
  const current = useCurrent(sections, scroller);
  const nav = useRef<HTMLElement>(null);
  const go = (id: string): void => goToSection(scroller.current, id);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(nav.current?.querySelectorAll('button') ?? [])];
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by !== 0 && now >= 0) {
      event.preventDefault();
      buttons[(now + by + buttons.length) % buttons.length]?.focus();
    }
  };
  return (
    <nav ref={nav} className="ts-nav" aria-label={t('Sections')} onKeyDown={onKeyDown}>
      {sections.map(({ id, title }) => (
        <button key={id} type="button" aria-current={id === current ? 'location' : undefined} onClick={() => go(id)}>
          {title}
        </button>
      ))}
    </nav>
  );
}

/** Bring a section into sight and give it the focus; nothing where there is none of that id. */
export function goToSection(scroller: HTMLElement | null, id: string): void {
  const section = find(scroller, id);
  section?.scrollIntoView({ block: 'start', behavior: isCalm() ? 'auto' : 'smooth' });
  section?.querySelector<HTMLElement>('h3 button')?.focus({ preventScroll: true });
}

function find(scroller: HTMLElement | null, id: string): HTMLElement | null {
  const sections = scroller?.querySelectorAll<HTMLElement>('[data-section]') ?? [];
  return [...sections].find(section => section.dataset['section'] === id) ?? null;
}

function isCalm(): boolean {
  return typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** The last section whose top has passed under the row of buttons; at the very end the last one. */
function useCurrent(sections: readonly SectionFact[], scroller: RefObject<HTMLElement>): string | null {
  const [current, setCurrent] = useState<string | null>(sections[0]?.id ?? null);
  const key = sections.map(({ id }) => id).join(' ');
  useEffect(() => {
    const box = scroller.current;
    if (!box) {
      return;
    }
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const edge = box.getBoundingClientRect().top + 60;
      const ids = key.split(' ');
      const passed = ids.filter(id => (find(box, id)?.getBoundingClientRect().top ?? Infinity) <= edge);
      const isEnd = box.scrollTop > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
      setCurrent((isEnd ? ids[ids.length - 1] : passed[passed.length - 1]) ?? ids[0] ?? null);
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    box.addEventListener('scroll', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      box.removeEventListener('scroll', later);
    };
  }, [key, scroller]);
  return current;
}
