/** What goes wrong between Stripe and its caller, each for the next requests that match. */
export interface Match {
  /** In capitals; without one, any. */
  readonly method?: string;
  /** Of the path with `/v1` and without the query; without one, any. */
  readonly path?: RegExp;
  /** How many requests; 1 without it. */
  readonly times?: number;
}

export type Fault =
  | { readonly kind: 'lose' }
  | { readonly kind: 'fail'; readonly status: number; readonly code: string | undefined; readonly afterWork: boolean }
  | { readonly kind: 'hold'; readonly arrive: () => void; readonly released: Promise<void> };

export class Faults {
  readonly #planned: { match: Match; fault: Fault; left: number }[] = [];
  readonly #releases = new Set<() => void>();

  plan(match: Match, fault: Fault): void {
    this.#planned.push({ match, fault, left: match.times ?? 1 });
  }

  hold(match: Match): { arrived: Promise<void>; release(): void } {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve } = Promise.withResolvers<void>();
    const release = () => {
      this.#releases.delete(release);
      resolve();
    };
    this.#releases.add(release);
    this.plan(match, { kind: 'hold', arrive, released });
    return { arrived, release };
  }

  releaseAll(): void {
    for (const release of this.#releases) release();
  }

  /** The first that was planned for such a request. */
  take(method: string, path: string): Fault | undefined {
    const planned = this.#planned.find(
      ({ match, left }) =>
        left > 0 && (match.method ?? method) === method && (match.path === undefined || path.search(match.path) >= 0),
    );
    if (planned) planned.left -= 1;
    return planned?.fault;
  }
}
