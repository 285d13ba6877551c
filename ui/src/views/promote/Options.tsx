/** What a person chooses of a promotion: the branch, where it goes, and what happens on the way. */

import { useEffect, useId, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { PromotePreview } from '../../contract';
import { visible } from '../../model/format';
import { useServices } from '../services';
import type { Asked } from './asked';

interface OptionsProps {
  readonly asked: Asked;
  readonly preview: PromotePreview;
  readonly isBusy: boolean;
  readonly onChange: (change: Partial<Asked>) => void;
}

/** How a forge calls what asks for a review. */
export function requestWord(preview: PromotePreview): 'pull request' | 'merge request' {
  return preview.remote?.forge === 'gitlab' ? 'merge request' : 'pull request';
}

/** Draw the choices; what would do nothing is not offered. */
export function Options(props: OptionsProps): ReactElement {
  const { asked, preview, isBusy, onChange } = props;
  const { t } = useServices();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const { onto } = preview;
  const canUpdate = asked.update || preview.merge.state === 'clean';
  return (
    <fieldset className="ts-promoteform" disabled={isBusy}>
      <legend className="ts-unseen">{t('What to make')}</legend>
      <label className="ts-promotefield">
        <span>{t('Branch')}</span>
        <input
          ref={box}
          className="ts-input ts-mono"
          value={asked.branch}
          placeholder={preview.branch}
          spellCheck={false}
          autoComplete="off"
          onChange={event => onChange({ branch: event.target.value })}
        />
      </label>
      {preview.targets.length ? (
        <label className="ts-promotefield">
          <span>{t('For')}</span>
          <select
            className="ts-input"
            value={asked.onto || (onto ?? '')}
            onChange={event => onChange({ onto: event.target.value, update: false })}
          >
            {onto === null ? <option value="">{t('no branch')}</option> : null}
            {preview.targets.map(name => (
              <option key={name} value={name}>
                {visible(name, 120)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <div className="ts-promotechecks">
        {canUpdate && onto !== null ? (
          <Check checked={asked.update} onChange={update => onChange({ update })}>
            {t('Merge {onto} into it', { onto: visible(onto, 60) })}
          </Check>
        ) : null}
        <Check checked={asked.keepsOutputs} onChange={keepsOutputs => onChange({ keepsOutputs })}>
          {t('Keep the outputs of notebooks')}
        </Check>
        {preview.hooks.length || !asked.hooks ? (
          <Check checked={asked.hooks} onChange={hooks => onChange({ hooks })}>
            {t('Run my commit hooks')}
          </Check>
        ) : null}
      </div>
      <Going {...props} />
    </fieldset>
  );
}

/** Where it goes: nothing is pushed unless a person says so. */
function Going({ asked, preview, onChange }: OptionsProps): ReactElement {
  const { t } = useServices();
  const { remote } = preview;
  if (remote === null) {
    return <p className="ts-soft ts-promotegoing">{t('There is no remote to push to; the branch stays here.')}</p>;
  }
  const request = t(requestWord(preview));
  return (
    <div className="ts-promotechecks ts-promotegoing">
      <Check
        checked={asked.push}
        onChange={push => onChange({ push, request: push && remote.requests })}
        said={visible(remote.address, 160)}
      >
        {t('Push it to {remote}', { remote: visible(remote.name, 60) })}
      </Check>
      {asked.push && remote.requests ? (
        <>
          <Check checked={asked.request} onChange={wanted => onChange({ request: wanted })}>
            {t('Open a {request}', { request })}
          </Check>
          {asked.request ? (
            <>
              <Check checked={asked.draft} onChange={draft => onChange({ draft })}>
                {t('As a draft')}
              </Check>
              <label className="ts-promotefield ts-promotetitle">
                <span>{t('Title')}</span>
                <input
                  className="ts-input"
                  value={asked.title}
                  placeholder={visible(preview.title, 200)}
                  maxLength={250}
                  autoComplete="off"
                  onChange={event => onChange({ title: event.target.value })}
                />
              </label>
            </>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function Check(props: {
  readonly checked: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly said?: string;
  readonly children: ReactNode;
}): ReactElement {
  const { checked, onChange, said, children } = props;
  const id = useId();
  return (
    <div className="ts-promotecheck">
      <label>
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={said ? id : undefined}
          onChange={event => onChange(event.target.checked)}
        />
        <span>{children}</span>
      </label>
      {said ? (
        <span id={id} className="ts-soft ts-promoteaddress">
          {said}
        </span>
      ) : null}
    </div>
  );
}
