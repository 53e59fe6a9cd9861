/** A start that cannot work. The message is one sentence that says what to do; main.ts prints it and nothing else. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
