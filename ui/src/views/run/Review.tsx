/** What a reviewer should know of a run: warnings, the order of cells, files, inputs, artifacts. */

import type { ReactElement } from 'react';
import type { ArtifactFact, FilesFact, InputFact, OrderFact, WarningFact } from '../../contract';
import { formatSize, visible } from '../../model/format';
import { inputNote, shortVersion } from '../../model/inputs';
import { Icon } from '../parts';
import { useWords } from '../services';

/** Warnings first, neutral facts about the order behind them. */
export function Warnings(props: {
  readonly warnings: readonly WarningFact[];
  readonly order: readonly OrderFact[];
}): ReactElement {
  const { warnings, order } = props;
  const t = useWords();
  if (warnings.length + order.length === 0) {
    return <p className="ts-quiet">{t('Nothing to warn of.')}</p>;
  }
  return (
    <ul className="ts-warnings">
      {warnings.map((warning, index) => (
        <Line key={`w${index}`} level="warning" message={warning.message} hint={warning.hint} />
      ))}
      {[...order]
        .sort((one, other) => Number(other.level === 'warning') - Number(one.level === 'warning'))
        .map((flag, index) => (
          <Line key={`o${index}`} level={flag.level} message={flag.message} hint="" />
        ))}
    </ul>
  );
}

function Line(props: {
  readonly level: 'warning' | 'fact';
  readonly message: string;
  readonly hint: string;
}): ReactElement {
  const { level, message, hint } = props;
  return (
    <li data-level={level}>
      <Icon name={level === 'warning' ? 'warning' : 'info'} />
      <span>
        {visible(message, 1000)}
        {hint ? <span className="ts-quiet"> {visible(hint, 1000)}</span> : null}
      </span>
    </li>
  );
}

const LISTS = [
  ['changed', 'Changed'],
  ['added', 'Added'],
  ['deleted', 'Deleted'],
  ['changed_during', 'Changed while the run was open']
] as const;

/** Source files against the baseline commit, and what was left out and why. */
export function FileLists({ files }: { readonly files: FilesFact }): ReactElement {
  const t = useWords();
  const shown = LISTS.filter(([key]) => files[key].length > 0);
  if (shown.length + files.not_captured.length === 0) {
    return <p className="ts-quiet">{t('No source file differs from the baseline commit.')}</p>;
  }
  return (
    <dl className="ts-filelists">
      {shown.map(([key, title]) => (
        <div key={key}>
          <dt>
            {t(title)} <span className="ts-section-note">{files[key].length}</span>
          </dt>
          {files[key].map(path => (
            <dd key={path}>
              <code>{visible(path, 300)}</code>
            </dd>
          ))}
        </div>
      ))}
      {files.not_captured.length > 0 ? (
        <div>
          <dt>
            {t('Not captured')} <span className="ts-section-note">{files.not_captured.length}</span>
          </dt>
          {files.not_captured.map(({ path, reason }) => (
            <dd key={path}>
              <code>{visible(path, 300)}</code> <span className="ts-quiet">{visible(reason, 300)}</span>
            </dd>
          ))}
        </div>
      ) : null}
    </dl>
  );
}

const TRACKED: Readonly<Record<InputFact['kind'], string>> = {
  git: 'Git',
  dvc: 'DVC',
  untracked: 'not tracked'
};

/** Which data made the run: what it read, and in which version. */
export function Inputs({ inputs }: { readonly inputs: readonly InputFact[] }): ReactElement {
  const t = useWords();
  return (
    <div className="ts-wide ts-params" role="region" aria-label={t('Data')} tabIndex={0}>
      <table>
        <tbody>
          {inputs.map(input => (
            <tr key={input.path}>
              <th scope="row">
                <code>{visible(input.path, 200)}</code>
              </th>
              <td>
                {t(TRACKED[input.kind])}{' '}
                <code title={visible(input.version ?? '', 200)}>{shortVersion(input.version)}</code>
              </td>
              <td className="ts-number">{input.size === null ? '' : formatSize(input.size)}</td>
              <td>
                {input.files === undefined ? '' : t('{count} files', { count: input.files })}
                <span className="ts-quiet">
                  {' '}
                  {[input.origin === 'declared' ? t('declared') : t('named in a cell'), t(inputNote(input))]
                    .filter(Boolean)
                    .join(', ')}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STORED: Readonly<Record<ArtifactFact['stored'], string>> = {
  git: 'in Git',
  dvc: "in DVC's cache",
  local: 'on this machine only',
  none: 'not kept'
};

/** Files kept with the run. */
export function Artifacts({ artifacts }: { readonly artifacts: readonly ArtifactFact[] }): ReactElement {
  const t = useWords();
  return (
    <div className="ts-wide ts-params" role="region" aria-label={t('Artifacts')} tabIndex={0}>
      <table>
        <tbody>
          {artifacts.map(artifact => (
            <tr key={artifact.path}>
              <th scope="row">
                <code>{visible(artifact.path, 200)}</code>
              </th>
              <td className="ts-number">{formatSize(artifact.size)}</td>
              <td>
                {artifact.files === undefined ? '' : `${t('{count} files', { count: artifact.files })} · `}
                {t(STORED[artifact.stored])}
                {artifact.reason ? <span className="ts-quiet"> {visible(artifact.reason, 300)}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
