/** Plugin: draws `application/vnd.trackside.run+json`, the card of a run in a cell's output. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import { isRunCard, RunCardView } from '@trackside/ui';
import type { CardActions, Place, RunCard } from '@trackside/ui';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';
import { framed } from './views';

export const MIME = 'application/vnd.trackside.run+json';

/** What a card needs to have buttons. */
interface Around {
  readonly parts: ITracksideSource;
  readonly host: ITracksideHost;
  readonly focus: ITracksideFocus;
}

/** The card of one output; drawn again when the kernel updates the display. */
export class CardRenderer extends ReactWidget implements IRenderMime.IRenderer {
  private card: RunCard | null = null;
  private readonly path: string;

  constructor(
    private readonly around: Around,
    options: IRenderMime.IRendererOptions
  ) {
    super();
    this.addClass('ts-lab-card');
    const { path } = (options.resolver ?? {}) as { readonly path?: unknown };
    this.path = typeof path === 'string' ? path : around.focus.path;
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data: unknown = model.data[MIME];
    if (!isRunCard(data)) {
      // The output then shows the next best of what it has: HTML, or plain text.
      return Promise.reject(new Error('This is not the card of a run.'));
    }
    this.card = data;
    this.update();
    return this.renderPromise ?? Promise.resolve();
  }

  protected render(): ReactElement {
    const { card, around, path } = this;
    return card ? framed(around.parts, around.host, <LiveCard card={card} path={path} around={around} />) : <></>;
  }
}

/** A card with buttons, once the repository of its notebook is known to the server. */
function LiveCard(props: { readonly card: RunCard; readonly path: string; readonly around: Around }): ReactElement {
  const { card, path, around } = props;
  const [place, setPlace] = useState<Place | null>(null);
  useEffect(() => {
    let isWaited = true;
    around.focus.placeOf(path).then(
      found => isWaited && setPlace(found),
      () => undefined
    );
    return () => {
      isWaited = false;
    };
  }, [around, path]);
  return <RunCardView card={card} actions={place?.id ? actionsOf(card, place.id, around) : {}} />;
}

function actionsOf(card: RunCard, place: string, { parts, host }: Around): CardActions {
  const { source } = parts;
  const isOpen = card.state === 'open';
  const end = (): void =>
    void source
      .end(place, card.run, false)
      .catch((error: { readonly message: string; readonly hint: string }) =>
        host.notify({ kind: 'error', message: error.message, hint: error.hint })
      );
  const compare = async (): Promise<void> => {
    const request = { query: '', sort: '', offset: 0, limit: 1, archived: false, baseline: null };
    const { baseline } = await source.page(place, request);
    if (baseline && baseline.id !== card.run) {
      host.openCompare(place, [baseline.id, card.run]);
    } else {
      host.notify({ kind: 'info', message: parts.t('This run is the baseline that others are compared with.') });
    }
  };
  if (card.state === 'discarded') {
    return {};
  }
  return {
    open: () => host.openRun(place, card.run),
    ...(isOpen ? { end } : {}),
    ...(card.state === 'sealed' ? { compare: () => void compare().catch(() => undefined) } : {})
  };
}

export const card: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:card',
  description: 'Draws the card of a run.',
  autoStart: true,
  requires: [IRenderMimeRegistry, ITracksideSource, ITracksideHost, ITracksideFocus],
  activate: (
    _: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    parts: ITracksideSource,
    host: ITracksideHost,
    focus: ITracksideFocus
  ) => {
    registry.addFactory({
      safe: true,
      mimeTypes: [MIME],
      // Before HTML, which the same output has for programs without this one.
      defaultRank: 30,
      createRenderer: options => new CardRenderer({ parts, host, focus }, options)
    });
  }
};
