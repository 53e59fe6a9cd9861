/** One comparison of the benchmark, on a database that is furnished. */
import type { Judgement } from './figures.js';
import type { Stage } from './stage.js';

export interface Size {
  readonly rounds: number;
  /** Of one slot of load. */
  readonly seconds: number;
  readonly records: number;
  readonly asks: number;
  readonly connections: readonly number[];
  /** Of the billing run. */
  readonly payers: number;
}

export interface Found {
  /** For people. */
  readonly report: string;
  /** For machines. */
  readonly figures: object;
  /** Shown, and not judged, where there was only a short try. */
  readonly floors: readonly Judgement[];
  /** Such as the money: judged always. */
  readonly facts: readonly Judgement[];
}

/** @param template the name of the database that is furnished, and stays as it is. */
export type Part = (stage: Stage, template: string, size: Size) => Promise<Found>;
