/** What every service method takes: who asks, when, and the transaction in which people's rows are read and written. */
import { IsolationLevel, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { appendAudit } from './audit-trail.sql.js';
import { gatherChanges, type Change } from './change.js';
import { setTransactionOrganization, setTransactionTimeLimit } from './operation.sql.js';
import type { Principal } from './principal.js';
import type { Turn } from './running-limit.js';

const READING = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true } as const;

/** What it is for, as the audit trail tells it. */
export interface OperationOrigin {
  /** The mutation's name, or that of a job. */
  readonly cause: string;
  /** Undefined where nobody asked. */
  readonly requestId?: string | undefined;
  /** All that it reads is of one instant, and it changes nothing. Who locks what it reads has to see what is newest. */
  readonly isReading?: boolean;
  /** How long the request may take, and its place among others; undefined where nobody asked. */
  readonly turn?: Turn;
}

interface Opened {
  readonly em: EntityManager;
  /** To be called when its transaction has ended. */
  readonly leave: () => void;
}

export class Operation {
  readonly cause: string;
  readonly requestId: string | undefined;
  readonly #isReading: boolean;
  readonly #turn: Turn | undefined;
  #changes: Change[] = [];
  #organizationId: string;
  #opening: Promise<Opened> | undefined;
  readonly #loaders = new Map<object, unknown>();
  #afterCommit: (() => void)[] = [];

  constructor(
    readonly principal: Principal,
    /** The instant of the operation by the database's clock; prices and periods both go by it. */
    readonly now: Date,
    private readonly orm: MikroORM,
    { cause, requestId, isReading = false, turn }: OperationOrigin,
  ) {
    this.#organizationId = principal.organizationId;
    this.cause = cause;
    this.requestId = requestId;
    this.#isReading = isReading;
    this.#turn = turn;
  }

  /**
   * The entity manager of this operation's transaction, which is opened on first use.
   * @throws ApiError RATE_LIMITED, and SERVICE_UNAVAILABLE where the request's time is over
   */
  async em(): Promise<EntityManager> {
    this.#opening ??= this.#open();
    const { em } = await this.#opening;
    if (this.#turn?.isToTellAgain) await setTransactionTimeLimit(em, this.#turn.tell());
    return em;
  }

  /** True while a transaction is open: a lane must not be joined then, or two pools could wait for each other. */
  get inTransaction(): boolean {
    return this.#opening !== undefined;
  }

  /** One loader per operation and purpose: batches look-ups of the same tick and never outlives the operation. */
  loader<T>(purpose: object, make: (operation: Operation) => T): T {
    let loader = this.#loaders.get(purpose) as T | undefined;
    if (loader === undefined) {
      loader = make(this);
      this.#loaders.set(purpose, loader);
    }
    return loader;
  }

  /** What such a loader has read is no longer so. */
  forget(purpose: object): void {
    this.#loaders.delete(purpose);
  }

  /** Told once what was done so far is committed, and never where it is rolled back. */
  afterCommit(tell: () => void): void {
    this.#afterCommit.push(tell);
  }

  /** What follows in this transaction is of an organization that is just being made. */
  async enter(organizationId: string): Promise<void> {
    await setTransactionOrganization(await this.em(), organizationId);
    this.#organizationId = organizationId;
  }

  /** Commits what was opened. The next `em()` opens a new transaction. */
  async commit(): Promise<void> {
    const { em, leave } = (await this.#take()) ?? {};
    const tellings = this.#takeTellings();
    const changes = this.#changes;
    try {
      // The commit would write what is left, after the trail was written.
      if (em && !this.#isReading) await em.flush();
      if (em && changes.length > 0) await appendAudit(em, this.#organizationId, this, changes);
      await em?.commit();
    } catch (error) {
      // The connection goes back to its pool with a commit or a rollback that worked, never by itself.
      await em?.rollback().catch(() => undefined);
      throw error;
    } finally {
      leave?.();
    }
    for (const tell of tellings) tell();
  }

  /** Never fails: where the connection is gone, the database has rolled back already. */
  async rollback(): Promise<void> {
    this.#takeTellings();
    const opened = await this.#take();
    await opened?.em.rollback().catch(() => undefined);
    opened?.leave();
  }

  async #open(): Promise<Opened> {
    const leave = this.#turn ? await this.#turn.enter() : () => undefined;
    try {
      return { em: await this.#begin(), leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #begin(): Promise<EntityManager> {
    const em = this.orm.em.fork();
    await em.begin(this.#isReading ? READING : {});
    try {
      await setTransactionOrganization(em, this.principal.organizationId, this.#turn?.tell());
    } catch (error) {
      await em.rollback().catch(() => undefined);
      throw error;
    }
    this.#changes = gatherChanges(em);
    this.#organizationId = this.principal.organizationId;
    return em;
  }

  #takeTellings(): (() => void)[] {
    const tellings = this.#afterCommit;
    this.#afterCommit = [];
    return tellings;
  }

  /** What could not be opened has told whoever asked for it. */
  async #take(): Promise<Opened | undefined> {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening?.catch(() => undefined);
  }
}
