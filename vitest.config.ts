import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/buildPage.ts', 'test/buildFigma.ts'],
    // Much of a file's time is waiting: for processes, browsers, the disk.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes, also on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    // The counts that .ci/run prints come from the runner's own file.
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
  },
});
