/** npm run demo:billing says of each line that its records add up to it, and of the books that they are right. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

// Seen to fail: with one record left out of a line's records, and with a credit that is not written.
test('from a month of usage to a paid invoice, every line is added up again', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/demo/billing.js']);
  expect(stdout).not.toContain('NOT the line');
  expect(stdout.match(/that is the line, to the last digit/g)).toHaveLength(3);
  expect(stdout).toMatch(/invoice 2 is PAID, 109\.81 USD paid, 0 left/);
  expect(stdout).toContain('272 records, 0 differences');
  const file = /The PDF is in (\S+)/.exec(stdout)?.[1] ?? '';
  expect(existsSync(file)).toBe(true);
});
