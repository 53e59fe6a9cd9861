/** The one way to make a log: lines of JSON, each with the id of the request that it is about. */
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { requestId } from './request-id.js';

/** @param destination where lines go; stdout unless said */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => ({ requestId: requestId() }),
  };
  return destination ? pino(options, destination) : pino(options);
}
