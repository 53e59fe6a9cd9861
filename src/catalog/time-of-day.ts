/** Times of day in UTC, as milliseconds after midnight. */

const FORM = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?$/;

/** Such as `16:30`, `16:30:15` or `16:30:15.250`; undefined for anything else. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, hours, minutes, seconds = '0', fraction = ''] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'));
}

/** The shortest form that says all of it. */
export function formatTimeOfDay(msOfDay: number): string {
  const text = new Date(msOfDay).toISOString();
  if (msOfDay % 60_000 === 0) return text.slice(11, 16);
  return msOfDay % 1000 === 0 ? text.slice(11, 19) : text.slice(11, 23);
}
