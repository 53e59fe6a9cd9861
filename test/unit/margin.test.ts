import { formatUsd, parseUsd } from '../../src/money.js';
import { marginPercentPico } from '../../src/usage/margin.js';

const usd = (text: string) => parseUsd(text) ?? 0n;

// Seen to fail: with half away from zero; with the sign of the charge not looked at.
test.each([
  ['a sixth', '1', '1.2', '16.6667'],
  ['nothing', '1', '1', '0'],
  ['all of it', '0', '0.000000000001', '100'],
  ['more cost than charge', '3', '1', '-200'],
  ['nothing charged', '1', '0', null],
  ['nothing at all', '0', '0', null],
  ['half a step, to the even one below', '0.000001999999', '0.000002', '0'],
  ['half a step, to the even one above', '0.000001999997', '0.000002', '0.0002'],
  ['half a step below 0', '0.000002000003', '0.000002', '-0.0002'],
  ['corrections alone', '-1', '-1.2', '16.6667'],
  ['corrections that cost more than they charged', '-3', '-1', '-200'],
  ['more digits than a double has', '99999999999999999999999998', '99999999999999999999999999.999999999999', '0'],
])('%s: cost %s, charge %s is %p %%', (_name, cost, charge, percent) => {
  const found = marginPercentPico(usd(cost), usd(charge));
  expect(found === null ? null : formatUsd(found)).toBe(percent);
});
