/** A start that cannot work. The message is one sentence that says what to do; main.ts prints it and nothing else. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** Whether it is printed with a password that whoever started this is to use. */
  readonly isForTerminal: boolean;

  constructor(message: string, { isForTerminal = false }: { readonly isForTerminal?: boolean } = {}) {
    super(message);
    this.isForTerminal = isForTerminal;
  }
}
