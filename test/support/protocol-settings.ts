/** Commands that change what counts and who may spend: budgets and accounts. */
import type { Change, Command, ModelName, Target } from './protocol-commands.js';
import type { ProtocolDoor } from './protocol-door.js';
import { CENT, usd, type Books, type Level } from './protocol-model.js';
import type { Request } from './protocol-requests.js';
import { deleteBudget, nameOf, RUN_OWNERS, setBudget, type BudgetAsk } from './protocol-usage.js';

const PROVIDERS: Readonly<Record<ModelName, string>> = {
  'gpt-4o': 'openai',
  'claude-sonnet-4-5': 'anthropic',
  'nobody-knows-it': '',
};
type Setting = Extract<Command, { type: 'setBudget' | 'changeBudget' | 'deleteBudget' | 'disable' | 'move' }>;

function levelOf(target: Target): Level {
  if (target === 'organization') return 'ORGANIZATION';
  return target === 'r1' || target === 'r2' ? 'RUN' : target === 'red' || target === 'blue' ? 'TEAM' : 'USER';
}

export function settingOf(command: Setting, books: Books): Request | undefined {
  switch (command.type) {
    case 'setBudget': {
      const { target, period, model, change } = command;
      const account = target === 'organization' ? '' : target;
      return budgeting(books, { level: levelOf(target), account, period, model, ...limitOf(change) });
    }
    case 'changeBudget': {
      const budget = books.budgets[command.pick % books.budgets.length];
      return budget && budgeting(books, { ...budget, ...limitOf(command.change) });
    }
    case 'deleteBudget': {
      const number = command.pick % books.budgets.length;
      const name = books.budgets[number]?.name;
      if (name === undefined) return undefined;
      return { send: (door) => door.deleteBudget(name), apply: (copy) => deleteBudget(copy, number) };
    }
    case 'disable':
      return disabling(books, command.target, command.disabled);
    case 'move': {
      const { user, team } = command;
      const send = async (door: ProtocolDoor) => {
        const said = await door.setAccount({ kind: 'USER', externalId: user, teamId: team });
        return { isMoved: !('error' in said) };
      };
      return { send, apply: (copy) => (copy.teamOf.set(user, team), { isMoved: true }) };
    }
  }
}

const limitOf = ({ cents, enforcement, thresholds }: Change) => ({
  limit: BigInt(cents) * CENT,
  enforcement,
  thresholds,
});

export function budgeting(books: Books, ask: BudgetAsk): Request {
  const { level, account, period, model, limit, enforcement, thresholds } = ask;
  const user = level === 'USER' ? account : level === 'RUN' ? (RUN_OWNERS.get(account) ?? undefined) : undefined;
  const input = {
    userId: user,
    teamId: level === 'TEAM' ? account : undefined,
    runId: level === 'RUN' ? account : undefined,
    period,
    models: model === null ? undefined : [{ provider: PROVIDERS[model as ModelName], name: model }],
    limit: usd(limit),
    enforcement,
    thresholds: [...thresholds],
    name: nameOf(books, ask),
  };
  return { send: (door) => door.setBudget(input), apply: (copy) => setBudget(copy, ask) };
}

/** Only a RUN that has had a budget has an account. */
function disabling(books: Books, target: Target, disabled: boolean): Request | undefined {
  const kind = levelOf(target);
  if (kind === 'RUN' && !books.runs.has(target)) return undefined;
  const externalId = target === 'organization' ? '' : target;
  const apply = ({ disabled: names }: Books) => {
    if (disabled) names.add(`${kind}:${externalId}`);
    else names.delete(`${kind}:${externalId}`);
    return { disabled };
  };
  return { send: (door) => door.setAccount({ kind, externalId, disabled }), apply };
}
