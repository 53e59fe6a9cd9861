/**
 * What a provider's response body says for the content hash: usage and model. Which fields these are is frozen here and
 * not taken from the catalogue, whose descriptions of bodies change with each import: a retry after an import must still
 * have the hash of the first try.
 */

const SAYING = ['usage', 'usageMetadata', 'usage_info', 'tokenUsage', 'meta', 'model', 'modelVersion'];
/** Some providers put the whole answer one level down. */
const WRAPPERS = ['response', 'result'];

/** A plain copy with these fields alone; numbers that JSON cannot say are null in it. */
export function responseContent(body: unknown): unknown {
  return JSON.parse(JSON.stringify(saying(body, true)));
}

function saying(body: unknown, mayUnwrap: boolean): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {};
  const fields = body as Readonly<Record<string, unknown>>;
  const said = SAYING.filter((key) => Object.hasOwn(fields, key)).map((key): [string, unknown] => [key, fields[key]]);
  const wrapped = mayUnwrap ? WRAPPERS.filter((key) => Object.hasOwn(fields, key)) : [];
  return Object.fromEntries([...said, ...wrapped.map((key): [string, unknown] => [key, saying(fields[key], false)])]);
}
