/** What a call says, as a number: the same key with the same hash is the same call again. */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * SHA-256, in hex, of the canonical JSON (RFC 8785) of what a call says, so that the order of keys, white space and `1.10`
 * against `1.1` make no difference. What was not said is not in it: a later default cannot turn a replay into a conflict.
 */
export function contentHash(content: Readonly<Record<string, unknown>>): string {
  const said: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(content)) if (value !== undefined && value !== null) said[name] = value;
  return hash('sha256', canonicalize(said) ?? '', 'hex');
}
