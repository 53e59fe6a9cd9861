/** Lint judges correctness with type information; layout is prettier's, structure is test/tidy.test.ts's. */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** One clock per process (src/clock.ts), so that two servers with wrong clocks still agree on prices and periods. */
const clock = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use the clock: context.now.' },
  { selector: "CallExpression[callee.name='Date']", message: 'Use the clock: context.now.' },
  {
    selector: "MemberExpression[object.name=/^(Date|performance)$/][property.name='now']",
    message: 'Use the clock: context.now.',
  },
  { selector: "MemberExpression[object.name='process'][property.name='hrtime']", message: 'Use the clock.' },
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.tollgate/', 'test/support/generated/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...clock],
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An async function without await is how a service turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      // Inside try/catch/finally a returned promise must be awaited, or the handler never sees its failure.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // A `default` branch does not count: a new enum value must be met with a decision wherever it is switched on.
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // `sum += await f()` reads the sum before it waits, and loses what others add meanwhile.
    files: ['{src,bench,demo,prove}/**/*.ts', 'test/support/**/*.ts'],
    rules: { 'require-atomic-updates': ['error', { allowProperties: true }] },
  },
  {
    // The class is what decorators need: an empty one carries metadata, and resolvers of one type may hold no state.
    files: ['src/**/*.resolver.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  // Stripe is another company's server, and has a clock of its own.
  {
    files: ['src/clock.ts', 'test/support/{collecting-world,stripe/stripe-fake,stripe/webhook-sender}.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts', 'prove/**/*.ts'],
    rules: {
      // `expect.any(String)` is typed any, and a test may assert that a value is there by using it.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['test/support/*.js'], languageOptions: { globals: { process: 'readonly' } } },
  // They measure and print: that is all they are for.
  {
    files: ['bench/**/*.ts', 'demo/**/*.ts', 'prove/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
);
