import { Type } from '@mikro-orm/core';
import type { PicoUsd } from './money.js';

/** pico-USD as `numeric(38,0)`; PostgreSQL sends it as text, so no digit is lost on the way. */
export class PicoUsdColumn extends Type<PicoUsd, string> {
  override convertToDatabaseValue(value: PicoUsd | null | undefined): string {
    return value === null || value === undefined ? (value as unknown as string) : value.toString();
  }

  override convertToJSValue(value: string | null | undefined): PicoUsd {
    return value === null || value === undefined ? (value as unknown as PicoUsd) : BigInt(value);
  }

  override getColumnType(): string {
    return 'numeric(38,0)';
  }

  override compareAsType(): string {
    return 'bigint';
  }
}
