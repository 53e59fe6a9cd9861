/** What graphql-js says of a wrong input, in the form in which our own services say it: where, and never the value. */
import { GraphQLError, Kind, parse, visit, type ASTNode } from 'graphql';

type Path = (string | number)[];

/** Long enough for every reason, and too short to carry a prompt into somebody's log. */
const MAX_MESSAGE = 300;

export interface InputError {
  readonly message: string;
  /** From the argument's name on; undefined where the error is of no variable. */
  readonly field: Path | undefined;
}

/**
 * Cuts every value that was sent out of the message, and names the field as services do: from the argument on. A
 * variable that stands for different places keeps its own name, because then nothing says which place was meant.
 */
export function inputErrorOf(message: string, error: unknown): InputError {
  const wrong = wrongVariable(message);
  if (!wrong) return { message: shortened(withoutLiteral(message)), field: undefined };
  const { name, path, reason } = wrong;
  const at = path.length > 0 ? ` at "${printed([name, ...path])}"` : '';
  return {
    message: shortened(`Variable "$${name}" got an invalid value${at}; ${withoutEcho(reason)}`),
    field: [...(placeOf(name, error) ?? [name]), ...path],
  };
}

interface WrongVariable {
  readonly name: string;
  /** Below the variable. */
  readonly path: Path;
  readonly reason: string;
}

/** GraphQL names the wrong part only in its message: `Variable "$i" got invalid value 1 at "i.items[0].limit"; <reason>`. */
function wrongVariable(message: string): WrongVariable | undefined {
  const [start, name] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (start === undefined || name === undefined) return undefined;
  const rest = message.slice(endOfValue(message, start.length));
  const [, at = '', reason = ''] = /^(?: at "([^"]+)")?; (.*)$/s.exec(rest) ?? [];
  const path = at.split(/[.[\]]/).filter((part) => part !== '');
  return { name, path: path.slice(1).map((part) => (/^\d+$/.test(part) ? Number(part) : part)), reason };
}

function printed(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`))
    .join('');
}

/** Where a printed value ends: at what follows it outside of every quoted text. */
function endOfValue(message: string, from: number): number {
  let isText = false;
  for (let index = from; index < message.length; index += 1) {
    const character = message[index];
    if (isText) {
      if (character === '\\') index += 1;
      else isText = character !== '"';
    } else if (message.startsWith('; ', index) || message.startsWith(' at "', index)) {
      return index;
    } else {
      isText = character === '"';
    }
  }
  return message.length;
}

/** Reasons of GraphQL's own scalars and enums end with what was sent. */
function withoutEcho(reason: string): string {
  return reason
    .replace(/(cannot represent [^:]*): .*$/s, '$1.')
    .replace(/^Value ".*" does not exist in "(\w+)" enum\./s, 'The value does not exist in the enum "$1".');
}

/** The same of a value that stood in the document. */
function withoutLiteral(message: string): string {
  const found = message.startsWith('Expected value of type ') ? message.indexOf(', found ') : -1;
  if (found !== -1) return `${message.slice(0, found)}${message.slice(endOfValue(message, found + 8)) || '.'}`;
  return withoutEcho(message.replace(/^(Argument "[^"]*" (?:of type "[^"]*" )?has invalid value) .*$/s, '$1.'));
}

function shortened(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
}

/** Where the document uses a variable, such as `['input']`; undefined where it has several places, or none is known. */
function placeOf(name: string, error: unknown): Path | undefined {
  const body = error instanceof GraphQLError ? error.nodes?.[0]?.loc?.source.body : undefined;
  if (body === undefined) return undefined;
  const places = new Map<string, Path>();
  visit(parse(body, { noLocation: true }), {
    Variable: (node, _key, parent, keys, ancestors) => {
      const place = node.name.value === name && parent ? pathTo([...ancestors, parent], keys) : undefined;
      if (place) places.set(JSON.stringify(place), place);
    },
  });
  return places.size === 1 ? [...places.values()][0] : undefined;
}

/** From the argument on; undefined where the variable is only declared. */
function pathTo(
  ancestors: readonly (ASTNode | readonly ASTNode[])[],
  keys: readonly (string | number)[],
): Path | undefined {
  let path: Path | undefined;
  for (const [index, ancestor] of ancestors.entries()) {
    if (!('kind' in ancestor)) continue;
    if (ancestor.kind === Kind.ARGUMENT) path = [ancestor.name.value];
    else if (ancestor.kind === Kind.OBJECT_FIELD) path?.push(ancestor.name.value);
    else if (ancestor.kind === Kind.LIST) path?.push(keys[index + 1] ?? 0);
  }
  return path;
}
