// Writes src/contract/types.ts from docs/schema/trackside-1.json; with --check, tells whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

const schema = new URL('../../docs/schema/trackside-1.json', import.meta.url);
const target = new URL('../src/contract/types.ts', import.meta.url);

const document = JSON.parse(readFileSync(schema, 'utf-8'));
// A title on a field would become a type of its own, and clash with the next field of that name.
const untitled = (node, isNamed = false) => {
  if (Array.isArray(node)) return node.map(one => untitled(one));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'title' && typeof value === 'string' && !isNamed))
      .map(([key, value]) => [key, key === 'properties' ? fields(value) : untitled(value)])
  );
};
const fields = properties =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, untitled(value)]));

const names = Object.keys(document.$defs).sort();
const text = await compile(
  {
    $defs: Object.fromEntries(names.map(name => [name, untitled(document.$defs[name])])),
    title: 'Contract',
    type: 'object',
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map(name => [name, { $ref: `#/$defs/${name}` }]))
  },
  'Contract',
  {
    bannerComment:
      '// Made from docs/schema/trackside-1.json by `npm run contract`: change trackside/contract instead.',
    unknownAny: true,
    style: { singleQuote: true, printWidth: 120, trailingComma: 'none' }
  }
);
if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(target, 'utf-8');
  } catch {
    // Not made yet.
  }
  if (current !== text) {
    console.error('ui/src/contract/types.ts is not current: npm run contract --workspace ui');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
