/** What jsdom lacks and our views or uPlot ask for when they are loaded. */
Object.assign(window, {
  matchMedia: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined })
});
HTMLElement.prototype.scrollIntoView = () => undefined;
HTMLElement.prototype.setPointerCapture = () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
URL.createObjectURL = () => 'blob:picture';
URL.revokeObjectURL = () => undefined;
export {};
