/** The usage units as the API shows them, each with what it counts. */
import { registerEnumType } from 'type-graphql';
import { describeUnit, UsageUnit } from './usage-unit.js';

const valuesConfig = Object.fromEntries(
  Object.values(UsageUnit).map((unit) => [unit, { description: describeUnit(unit) }]),
) as Record<keyof typeof UsageUnit, { description: string }>;

registerEnumType(UsageUnit, {
  name: 'UsageUnit',
  description: 'What providers count and charge for. A whole counts its parts too.',
  valuesConfig,
});

export { UsageUnit };
