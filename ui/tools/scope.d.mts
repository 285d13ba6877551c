/** Put the widget before each selector of a style sheet. */
export function scoped(css: string): string;
