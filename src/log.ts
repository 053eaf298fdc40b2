/** One JSON line per event on stdout; secrets are blanked out whatever they came in. */
import { type LevelWithSilent, type Logger, pino } from 'pino';

export function createLog(level: LevelWithSilent, secrets: readonly string[]): Logger {
  return pino({
    level,
    base: { pid: process.pid },
    hooks: {
      streamWrite: (line) => secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line),
    },
  });
}
