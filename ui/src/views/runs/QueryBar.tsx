/** Where one types a filter or words to look for, with what could come next offered beneath. */

import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { RunRow } from '../../contract';
import { formatValue } from '../../model/format';
import { complete, isFilter, quoted, referTo } from '../../model/query';
import type { Completion, KnownNames } from '../../model/query';
import type { Head } from '../../model/rows';
import { SourceError } from '../../source/source';
import { Icon, IconButton, Popover } from '../parts';
import { useWords } from '../services';

// A letter is asked for at once, unless it follows the last one asked for faster than nearly anybody writes: a key
// held down, a burst. Writing goes at 100 to 200 ms a letter, so a longer rest would make each of them wait.
const PAUSE = 40;
const REST = 80;

/** Props of the bar. */
export interface QueryBarProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly head: Head | null;
  /** Rows at hand, for values to offer. */
  readonly known: () => readonly RunRow[];
  readonly error: unknown;
  readonly placeholder: string;
}

/** A field for filters. */
export function QueryBar(props: QueryBarProps): ReactElement {
  const { query, onQuery, head, known, error, placeholder } = props;
  const t = useWords();
  const [text, setText] = useState(query);
  const [offered, setOffered] = useState<{ from: number; items: readonly Completion[] } | null>(null);
  const [chosen, setChosen] = useState(-1);
  const box = useRef<HTMLInputElement>(null);
  const list = useId();
  useDelayed(text, query, onQuery, setText);
  const names = useMemo<KnownNames>(() => knownNames(head, known), [head, known]);
  const offer = (value: string, caret: number, force: boolean): void => {
    const found = complete(value, caret, names);
    const isWanted = force || isFilter(value) || /[\w.]{2,}$/.test(value.slice(0, caret));
    setOffered(isWanted && found.items.length ? found : null);
    setChosen(-1);
  };
  const accept = (item: Completion): void => {
    const caret = box.current?.selectionStart ?? text.length;
    const from = offered?.from ?? caret;
    const next = `${text.slice(0, from)}${item.text} `;
    setText(next + text.slice(caret));
    setOffered(null);
    box.current?.focus();
    requestAnimationFrame(() => box.current?.setSelectionRange(next.length, next.length));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = offered?.items ?? [];
    if (event.key === ' ' && event.ctrlKey) {
      offer(text, box.current?.selectionStart ?? text.length, true);
    } else if (items.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((chosen + step + items.length + (chosen < 0 && step < 0 ? 1 : 0)) % items.length);
    } else if (items.length && (event.key === 'Tab' || (event.key === 'Enter' && chosen >= 0))) {
      const item = items[Math.max(0, chosen)];
      if (item) {
        accept(item);
      }
    } else if (event.key === 'Escape' && (offered || text)) {
      setOffered(null);
      if (!offered) {
        setText('');
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const isWrong = error instanceof SourceError && error.code === 'query';
  return (
    <div className={isWrong ? 'ts-query ts-query-wrong' : 'ts-query'}>
      <Icon name="search" />
      <input
        ref={box}
        type="text"
        role="combobox"
        value={text}
        placeholder={placeholder}
        aria-label={t('Filter runs')}
        aria-expanded={offered !== null}
        aria-controls={offered ? list : undefined}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `${list}-${chosen}` : undefined}
        aria-invalid={isWrong}
        spellCheck={false}
        autoComplete="off"
        onChange={event => {
          setText(event.target.value);
          offer(event.target.value, event.target.selectionStart ?? event.target.value.length, false);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOffered(null)}
      />
      {text ? <IconButton icon="close" label={t('Clear the filter')} onClick={() => setText('')} /> : null}
      {offered && box.current ? (
        <Popover
          anchor={box.current}
          label={t('Offered')}
          id={list}
          role="listbox"
          className="ts-offered"
          onClose={() => setOffered(null)}
        >
          {offered.items.map((item, index) => (
            <div
              key={item.text}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={`ts-offer ts-offer-${item.kind}`}
              onPointerDown={event => {
                event.preventDefault();
                accept(item);
              }}
            >
              <span>{item.text}</span>
              <span className="ts-soft">{t(item.kind)}</span>
            </div>
          ))}
        </Popover>
      ) : null}
    </div>
  );
}

/** Hand on what was typed after a moment, and take over what was changed elsewhere. */
function useDelayed(
  text: string,
  query: string,
  onQuery: (query: string) => void,
  setText: (text: string) => void
): void {
  const handed = useRef(query);
  const last = useRef(0);
  useEffect(() => {
    if (text === handed.current) {
      return;
    }
    const hand = (): void => {
      handed.current = text;
      last.current = performance.now();
      onQuery(text);
    };
    if (performance.now() - last.current > REST) {
      hand();
      return;
    }
    const timer = setTimeout(hand, PAUSE);
    return () => clearTimeout(timer);
  }, [text, onQuery]);
  useEffect(() => {
    if (query !== handed.current) {
      handed.current = query;
      setText(query);
    }
  }, [query, setText]);
}

function knownNames(head: Head | null, known: () => readonly RunRow[]): KnownNames {
  const facts = head?.columns ?? [];
  const params = facts.filter(fact => fact.kind === 'param').map(fact => fact.name);
  return {
    metrics: facts.filter(fact => fact.kind === 'metric').map(fact => fact.name),
    params,
    values: name => {
      const param = params.find(one => referTo('params', one) === name);
      const field = name as 'branch' | 'notebook' | 'author' | 'name';
      const isField = ['branch', 'notebook', 'author', 'name'].includes(name);
      const seen = known().map(row => (param !== undefined ? row.params[param] : isField ? row[field] : null));
      const texts = seen.flatMap(value =>
        value === null || value === undefined || Array.isArray(value)
          ? []
          : [typeof value === 'string' ? quoted(value) : formatValue(value).replace('−', '-').toLowerCase()]
      );
      return [...new Set(texts)].sort();
    }
  };
}

/** What is wrong with a filter, its place marked. */
export function QueryError({ error }: { readonly error: unknown }): ReactElement | null {
  if (!(error instanceof SourceError) || error.code !== 'query') {
    return null;
  }
  return (
    <div className="ts-query-error" role="alert">
      <span>{error.message}</span>
      {/* The mark under the text stands two places in, as in a terminal. */}
      {error.hint ? <pre>{`  ${error.hint}`}</pre> : null}
    </div>
  );
}
