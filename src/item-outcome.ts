/** What became of one item of many: its answer, or its error as a value. */

/** The answer of some work, or what it threw. */
export function caught<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return errorOf(error);
  }
}

/** Of what a promise was rejected with, which may be anything. */
export function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('An item failed without a reason.');
}

/** The answer of the only item; its error is thrown. */
export function valueOf<T>(answer: T | Error | undefined): T {
  if (answer === undefined) throw new Error('The call got no answer.');
  if (answer instanceof Error) throw answer;
  return answer;
}
