/** Why a record has no price yet; VOIDED: why it never gets one. */
export enum UnpricedReason {
  UNKNOWN_MODEL = 'UNKNOWN_MODEL',
  AMBIGUOUS_MODEL = 'AMBIGUOUS_MODEL',
  NO_PRICE = 'NO_PRICE',
  INCONSISTENT_USAGE = 'INCONSISTENT_USAGE',
  PRICING_DISABLED = 'PRICING_DISABLED',
  VOIDED = 'VOIDED',
}
