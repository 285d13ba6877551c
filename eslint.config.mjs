// Style, and who may import whom: contract ← source, model ← views ← page ← widget; labextension; vscode.
import boundaries from 'eslint-plugin-boundaries';
import hooks from 'eslint-plugin-react-hooks';
import typescript from 'typescript-eslint';

const layers = [
  { type: 'contract', pattern: 'ui/src/contract/**', mode: 'full' },
  { type: 'source', pattern: 'ui/src/source/**', mode: 'full' },
  { type: 'model', pattern: 'ui/src/model/**', mode: 'full' },
  { type: 'views', pattern: 'ui/src/views/**', mode: 'full' },
  { type: 'index', pattern: 'ui/src/index.ts', mode: 'full' },
  { type: 'page', pattern: 'ui/page/**', mode: 'full' },
  { type: 'widget', pattern: 'ui/widget/**', mode: 'full' },
  { type: 'lab', pattern: 'labextension/src/**', mode: 'full' },
  { type: 'tab-words', pattern: 'extension/vscode/src/views/{messages,shown}.ts', mode: 'full' },
  { type: 'card-words', pattern: 'extension/vscode/src/notebook/wire.ts', mode: 'full' },
  { type: 'card', pattern: 'extension/vscode/src/renderer/**', mode: 'full' },
  { type: 'vscode', pattern: 'extension/vscode/src/**', mode: 'full' },
  { type: 'tab', pattern: 'extension/vscode/webview/**', mode: 'full' },
  { type: 'vscode-tests', pattern: 'extension/vscode/test/**', mode: 'full' }
];

export default typescript.config(
  {
    ignores: [
      '**/lib/**',
      '**/node_modules/**',
      '**/dist/**',
      'extension/vscode/dist-tests/**',
      'extension/vscode/.vscode-test/**',
      '.venv/**',
      '.demo/**',
      '.bench/**',
      'labextension/trackside_labextension/**',
      'extension/server/**',
      'kernel_side/**',
      'ui/src/contract/types.ts'
    ]
  },
  ...typescript.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { boundaries, 'react-hooks': hooks },
    settings: {
      'boundaries/elements': layers,
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } }
    },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text from Git is only ever a text node.' },
        { property: 'outerHTML', message: 'Text from Git is only ever a text node.' },
        { property: 'insertAdjacentHTML', message: 'Text from Git is only ever a text node.' }
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Text from Git is only ever a text node.'
        }
      ],
      'boundaries/element-types': [
        'error',
        {
          default: 'disallow',
          rules: [
            { from: 'source', allow: ['contract', 'source'] },
            { from: 'model', allow: ['contract', 'model'] },
            { from: 'views', allow: ['contract', 'model', 'source', 'views'] },
            { from: 'index', allow: ['contract', 'model', 'source', 'views'] },
            { from: 'widget', allow: ['widget', 'page', 'index', 'contract', 'views'] },
            { from: 'page', allow: ['index', 'page', 'contract', 'model', 'source', 'views'] },
            { from: 'lab', allow: ['lab', 'index'] },
            // What a tab and the extension say to one another is all that they share.
            { from: 'tab-words', allow: ['tab-words'] },
            { from: 'vscode', allow: ['vscode', 'tab-words', 'card-words', 'index'] },
            { from: 'card', allow: ['card', 'card-words', 'index'] },
            { from: 'tab', allow: ['tab', 'tab-words', 'index'] },
            {
              from: 'vscode-tests',
              allow: ['vscode-tests', 'vscode', 'tab', 'tab-words', 'card', 'card-words', 'index']
            },
            { from: 'contract', allow: ['contract'] }
          ]
        }
      ]
    }
  }
);
