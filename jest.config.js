/** Tests run on TypeScript sources through swc, as ES modules, against a real PostgreSQL. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: './test/support/start-postgres.js',
  globalTeardown: './test/support/stop-postgres.js',
  testTimeout: 60_000,
  maxWorkers: 2,
  // Modules of a test file stay in the memory of its process (as ES modules do in Node's vm), until nothing is left of it.
  workerIdleMemoryLimit: '1500MB',
};
