/** A small editor over a run: its name, its tags or its note. Enter keeps, Escape leaves. */

import { useEffect, useRef, useState } from 'react';
import type { FormEvent, KeyboardEvent, ReactElement } from 'react';
import type { RunRow } from '../../contract';
import { visible } from '../../model/format';
import { Button, Popover, Tag } from '../parts';
import type { Anchor } from '../parts';
import { useWords } from '../services';
import type { Actions } from './actions';

/** What of a run can be edited. */
export type Edited = 'name' | 'tags' | 'note';

/** Props of the editor. */
export interface EditorProps {
  readonly anchor: Anchor;
  readonly field: Edited;
  readonly rows: readonly RunRow[];
  readonly actions: Actions;
  readonly onClose: () => void;
}

/** Edit one field; tags of several runs are added to each. */
export function RunEditor(props: EditorProps): ReactElement {
  const { anchor, field, rows, actions, onClose } = props;
  const t = useWords();
  const labels = { name: t('Name of the run'), tags: t('Tags'), note: t('Note') };
  return (
    <Popover anchor={anchor} label={labels[field]} className="ts-editor" onClose={onClose}>
      {field === 'tags' ? (
        <TagsEditor rows={rows} actions={actions} onClose={onClose} />
      ) : (
        <TextEditor field={field} label={labels[field]} rows={rows} actions={actions} onClose={onClose} />
      )}
    </Popover>
  );
}

function TextEditor(
  props: Omit<EditorProps, 'anchor' | 'field'> & { field: 'name' | 'note'; label: string }
): ReactElement {
  const { field, label, rows, actions, onClose } = props;
  const t = useWords();
  const [row] = rows;
  const [text, setText] = useState(row?.[field] ?? '');
  const box = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => box.current?.select(), []);
  const keep = (event?: FormEvent): void => {
    event?.preventDefault();
    const next = text.trim();
    if (row && next !== row[field] && (field === 'note' || next)) {
      if (field === 'name') {
        actions.rename(row.id, next);
      } else {
        actions.annotate([row.id], { note: next });
      }
    }
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      onClose();
    } else if (event.key === 'Enter' && (field === 'name' || event.ctrlKey || event.metaKey)) {
      keep();
      event.preventDefault();
    }
  };
  const common = { ref: box, value: text, 'aria-label': label, className: 'ts-input', onKeyDown };
  return (
    <form onSubmit={keep}>
      {field === 'name' ? (
        <input {...common} maxLength={100} spellCheck={false} onChange={event => setText(event.target.value)} />
      ) : (
        <textarea {...common} rows={4} onChange={event => setText(event.target.value)} />
      )}
      <div className="ts-editor-foot">
        <span className="ts-soft">{field === 'note' ? t('Ctrl+Enter keeps it') : t('Enter keeps it')}</span>
        <Button look="primary" onClick={() => keep()}>
          {t('Keep')}
        </Button>
      </div>
    </form>
  );
}

function TagsEditor({ rows, actions, onClose }: Omit<EditorProps, 'anchor' | 'field'>): ReactElement {
  const t = useWords();
  const [tags, setTags] = useState(() => sharedTags(rows));
  const [text, setText] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const typed = text.split(/[,\s]+/).filter(Boolean);
  const add = (): void => {
    setTags([...new Set([...tags, ...typed])]);
    setText('');
  };
  const keep = (): void => {
    const before = sharedTags(rows);
    const next = [...new Set([...tags, ...typed])];
    const gone = new Set(before.filter(tag => !next.includes(tag)));
    for (const row of rows) {
      const own = [...new Set([...row.tags.filter(tag => !gone.has(tag)), ...next])];
      if (own.join('\n') !== row.tags.join('\n')) {
        actions.annotate([row.id], { tags: own });
      }
    }
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      onClose();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      (typed.length ? add : keep)();
    } else if (event.key === 'Backspace' && !text) {
      setTags(tags.slice(0, -1));
    }
  };
  return (
    <div>
      <div className="ts-editor-tags">
        {tags.map(tag => (
          <Tag key={tag} name={tag} onRemove={() => setTags(tags.filter(one => one !== tag))} />
        ))}
        <input
          ref={box}
          className="ts-input"
          value={text}
          aria-label={t('New tag')}
          placeholder={t('New tag')}
          spellCheck={false}
          onChange={event => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="ts-editor-foot">
        <span className="ts-soft">
          {rows.length > 1 ? t('{n} runs', { n: rows.length }) : visible(rows[0]?.name ?? '', 40)}
        </span>
        <Button look="primary" onClick={keep}>
          {t('Keep')}
        </Button>
      </div>
    </div>
  );
}

function sharedTags(rows: readonly RunRow[]): readonly string[] {
  const [first, ...others] = rows;
  return first ? first.tags.filter(tag => others.every(row => row.tags.includes(tag))) : [];
}
