// Runs in every page before its own scripts: takes times where they happen, not where they are asked for.
'use strict';
globalThis.bench = (() => {
  /** Calls back once the frame that shows the present state was handed over. */
  const drawn = then => requestAnimationFrame(() => setTimeout(() => then(performance.now()), 0));
  const told = { rows: 0 };

  // Milliseconds from the request of the page to the first frame with rows of runs in it.
  const first = new MutationObserver(() => {
    if (document.querySelector('.ts-panel .ts-list [role=row][aria-rowindex]')) {
      first.disconnect();
      drawn(when => (told.rows = when));
    }
  });
  first.observe(document, { childList: true, subtree: true });

  /** Notes the time between frames until the returned function is called, which gives them. */
  const frames = () => {
    const between = [];
    let last = 0;
    let going = true;
    const tick = when => {
      if (last) {
        between.push(when - last);
      }
      last = when;
      if (going) {
        requestAnimationFrame(tick);
      }
    };
    requestAnimationFrame(tick);
    return () => {
      going = false;
      return between;
    };
  };

  /** Notes the milliseconds from each key to the frame that shows another number of rows. */
  const keys = (box, list) => {
    const took = [];
    let pressed = 0;
    box.addEventListener('keydown', event => (pressed = event.timeStamp), true);
    const count = () => document.querySelector(list)?.getAttribute('aria-rowcount') ?? '';
    let before = count();
    new MutationObserver(() => {
      const now = count();
      if (now !== before && now !== '') {
        const since = pressed;
        pressed = 0;
        before = now;
        if (since) {
          drawn(when => took.push(when - since));
        }
      }
    }).observe(document.body, { attributes: true, childList: true, subtree: true });
    return took;
  };

  /** Notes each number that the first run shows, and the wall clock in seconds when it was drawn. */
  const values = () => {
    const seen = [];
    let last = '';
    new MutationObserver(() => {
      const text = document.querySelector('.ts-item[aria-rowindex="1"] .ts-item-value')?.textContent ?? '';
      if (text !== last) {
        last = text;
        drawn(when => seen.push([Number(text), (performance.timeOrigin + when) / 1000]));
      }
    }).observe(document.body, { characterData: true, childList: true, subtree: true });
    return seen;
  };

  return { told, frames, keys, values };
})();
