/** One JSON line per event on stdout; secrets are blanked out whatever they came in. */
import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
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

/** What Slack's libraries have to say, from warnings on, in the same log. `from` names the library. */
export function slackLogger(log: Logger, from: string): SlackLogger {
  const child = log.child({ from }, { level: log.level === 'silent' ? 'silent' : 'warn' });
  const text = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: (...parts) => child.debug(text(parts)),
    info: (...parts) => child.info(text(parts)),
    warn: (...parts) => child.warn(text(parts)),
    error: (...parts) => child.error(text(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}
