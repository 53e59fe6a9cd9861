/** Milliseconds of this machine's clock, with fractions; never set back. PostgreSQL runs beside it on the same clock. */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}
