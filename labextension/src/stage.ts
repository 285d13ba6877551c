/** Puts a widget where the program has room: the main area, the tabs of a tree page, or below a notebook. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

/** The tree page of Notebook 7: a panel of tabs that others may add to. */
interface TabsOfTree extends Widget {
  addWidget(widget: Widget): void;
  readonly tabBar: Widget;
  currentWidget: Widget | null;
}

/** Whether the program is JupyterLab itself, with a main area for many widgets. */
export function hasMainArea(app: JupyterFrontEnd): boolean {
  return 'saveLayout' in app.shell || 'layoutModified' in app.shell;
}

/** Show `widget`: where it is, when it stands somewhere already. */
export function show(app: JupyterFrontEnd, widget: Widget): void {
  const tree = treeOf(app);
  if (!widget.isAttached) {
    if (hasMainArea(app)) {
      app.shell.add(widget, 'main');
    } else if (tree) {
      tree.addWidget(widget);
    } else {
      app.shell.add(widget, 'down');
    }
  }
  if (tree) {
    tree.currentWidget = widget;
  } else {
    app.shell.activateById(widget.id);
  }
}

/** The tabs of Notebook's tree page; null anywhere else. */
export function treeOf(app: JupyterFrontEnd): TabsOfTree | null {
  const front = hasMainArea(app) ? null : app.shell.currentWidget;
  return front && 'tabBar' in front && 'addWidget' in front ? (front as TabsOfTree) : null;
}
