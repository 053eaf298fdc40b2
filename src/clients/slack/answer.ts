/** Answers a command, click or form where Slack gave an address for it. */
import { awayFor, errorIn, SlackAway, SlackRefused } from '../slack-errors.ts';

/** Slack documentation, "Handling user interaction": 5 times in 30 minutes. Throws `SlackAway` or `SlackRefused`. */
export async function postAnswer(responseUrl: string, body: object): Promise<void> {
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(8_000),
  }).catch((error: unknown) => {
    throw new SlackAway(`Slack does not take the answer: ${reasonOf(error)}`, awayFor);
  });
  if (response.ok) return;
  if (response.status === 429 || response.status >= 500) {
    throw new SlackAway(`Slack does not take the answer: ${response.status}`, awayFor);
  }
  throw new SlackRefused('the answer', await errorIn(response));
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
