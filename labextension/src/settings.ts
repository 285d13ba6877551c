/** Plugin: the settings, with their defaults where there is no registry. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { ids } from './ids';
import { ITracksideSettings, ITracksideSource } from './tokens';
import type { Chosen } from './tokens';

export const DEFAULTS: Chosen = { badges: true, unsaved: true, status: true };

/** Take what has the right type; the rest is as by default. */
export function readChosen(given: Readonly<Record<string, unknown>>): Chosen {
  const taken: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, value] of Object.entries(DEFAULTS)) {
    if (typeof given[key] === typeof value) {
      taken[key] = given[key];
    }
  }
  return taken as unknown as Chosen;
}

class Settings implements ITracksideSettings {
  settings = DEFAULTS;
  private readonly signal = new Signal<ITracksideSettings, void>(this);
  private registered: ISettingRegistry.ISettings | null = null;

  get changed(): ISignal<ITracksideSettings, void> {
    return this.signal;
  }

  choose<K extends keyof Chosen>(key: K, value: Chosen[K]): void {
    this.settings = { ...this.settings, [key]: value };
    this.signal.emit();
    void this.registered?.set(key, value as never);
  }

  follow(registered: ISettingRegistry.ISettings): void {
    this.registered = registered;
    const take = (): void => {
      this.settings = readChosen(registered.composite as Readonly<Record<string, unknown>>);
      this.signal.emit();
    };
    registered.changed.connect(take);
    take();
  }
}

export const settings: JupyterFrontEndPlugin<ITracksideSettings> = {
  id: '@trackside/lab:settings',
  description: 'The settings of Trackside.',
  autoStart: true,
  provides: ITracksideSettings,
  requires: [ITracksideSource],
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, { t }: ITracksideSource, registry: ISettingRegistry | null) => {
    const found = new Settings();
    registry?.load(settings.id).then(
      registered => found.follow(registered),
      // Without the schema, as in a program that bundles only the code, the defaults hold.
      () => undefined
    );
    app.commands.addCommand(ids.toggleBadges, {
      label: t('Mark Tracked Cells'),
      isToggleable: true,
      isToggled: () => found.settings.badges,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => found.choose('badges', !found.settings.badges)
    });
    found.changed.connect(() => app.commands.notifyCommandChanged(ids.toggleBadges));
    return found;
  }
};
