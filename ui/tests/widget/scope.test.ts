import { build } from 'esbuild';
import postcss from 'postcss';
import { expect, it } from 'vitest';
import { scoped } from '../../tools/scope.mjs';

it('keeps each rule inside the widget, those of others too', () => {
  const css =
    '.uplot *,.ts-a:is(b,c){x:y}@media print{.u-legend{x:y}}@keyframes ts-k{to{x:y}}.ts-widget,.ts-widget-bar{x:y}';
  expect(scoped(css)).toBe(
    '.ts-widget .uplot *,.ts-widget .ts-a:is(b,c){x:y}@media print{.ts-widget .u-legend{x:y}}' +
      '@keyframes ts-k{to{x:y}}.ts-widget,.ts-widget .ts-widget-bar{x:y}'
  );
});

it('leaves nothing of the style that could alter the page around it', async () => {
  const { outputFiles } = await build({
    entryPoints: ['widget/main.tsx'],
    outdir: 'nowhere',
    bundle: true,
    minify: true,
    jsx: 'automatic',
    write: false
  });
  const sheet = postcss.parse(scoped(outputFiles.find(file => file.path.endsWith('.css'))?.text ?? ''));
  const outside: string[] = [];
  sheet.walkRules(rule => {
    if (!(rule.parent?.type === 'atrule' && 'name' in rule.parent && rule.parent.name === 'keyframes')) {
      outside.push(...rule.selectors.filter(each => !/^\.ts-widget(?![\w-])/.test(each)));
    }
  });
  sheet.walkAtRules(rule => {
    if (
      !['media', 'container', 'supports'].includes(rule.name) &&
      !/^keyframes ts-/.test(`${rule.name} ${rule.params}`)
    ) {
      outside.push(`@${rule.name} ${rule.params}`);
    }
  });
  expect(outside).toEqual([]);
  expect(sheet.nodes.length).toBeGreaterThan(300);
});
