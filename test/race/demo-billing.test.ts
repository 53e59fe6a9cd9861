/** npm run demo:billing says of each line that its records add up to it, collects, and says that the books are right. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

// Seen to fail: with one record left out of a line's records, and with a credit that is not written.
test('from a month of usage to paid invoices, every line is added up again, and cards pay what is due', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/demo/billing.js']);
  expect(stdout).not.toContain('NOT the line');
  expect(stdout.match(/that is the line, to the last digit/g)).toHaveLength(3);
  expect(stdout).toMatch(/invoice 2 is PAID, 109\.81 USD paid, 0 left/);
  expect(stdout).toMatch(/invoice 1: attempt 1 SUCCEEDED; 24 of 24 USD paid, PAID/);
  expect(stdout.match(/invoice 3: attempt \d FAILED: generic_decline/g)).toHaveLength(5);
  expect(stdout).toContain('5 alerts told of it: generic_decline.');
  expect(stdout).toContain('the team is disabled: a reservation is DENIED (ACCOUNT_DISABLED)');
  expect(stdout).toMatch(/invoice 3: attempt 6 SUCCEEDED[^]*enabled again: a reservation is ALLOWED/);
  expect(stdout).toMatch(/waits for 3-D Secure[^]*invoice 4: attempt 1 SUCCEEDED; 60 of 60 USD paid, PAID/);
  expect(stdout).toContain('A credit note on invoice 1: 5 USD went back to the card.');
  expect(stdout).toContain('272 records, 0 differences');
  const file = /The PDF is in (\S+)/.exec(stdout)?.[1] ?? '';
  expect(existsSync(file)).toBe(true);
});
