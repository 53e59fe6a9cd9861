/** All who are connected to the socket's door, idle ones too: who is refused since is sent away. */
import type { Connection } from './connection.js';

const FORBIDDEN = 4403;

/** Gone after 5 s at the latest: this, the time that a look takes, and how long keys are known before. */
const CHECK_MS = 1_500;

interface AdmittedOptions<TPrincipal> {
  /** Those of them who would be refused by now. */
  readonly refusedAmong: (principals: readonly TPrincipal[]) => Promise<ReadonlySet<TPrincipal>>;
  readonly onFault: (error: unknown) => void;
}

export class Admitted<TPrincipal extends object> {
  readonly #principals = new Map<Connection, TPrincipal>();
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;

  constructor(private readonly options: AdmittedOptions<TPrincipal>) {
    this.#timer = setInterval(() => void this.#check(), CHECK_MS);
  }

  /** What closed while it was asked who it is has no place here any more. */
  add(connection: Connection, principal: TPrincipal): void {
    if (connection.isOpen) this.#principals.set(connection, principal);
  }

  delete(connection: Connection): void {
    this.#principals.delete(connection);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    if (this.#isChecking || this.#principals.size === 0) return;
    this.#isChecking = true;
    try {
      const refused = await this.options.refusedAmong([...new Set(this.#principals.values())]);
      if (refused.size === 0) return;
      for (const [connection, principal] of this.#principals) {
        if (refused.has(principal)) connection.end(FORBIDDEN, 'Forbidden');
      }
    } catch (error) {
      this.options.onFault(error);
    } finally {
      this.#isChecking = false;
    }
  }
}
