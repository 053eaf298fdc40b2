/** The vocabulary of the scripted scenarios: what people do, and what must be seen of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import ms from 'ms';
import { type PersonName, people, workspace } from '../estate.ts';
import { messageText, namesIn } from '../say.ts';
import type { Message, View } from '../slack/types.ts';
import type { Stage } from '../stage.ts';

export interface Scenario {
  readonly name: string;
  /** For `--list`. */
  readonly sentence: string;
  /** Versions that run in whole environments at the start. */
  readonly running?: Readonly<Record<string, string>>;
  /** How fast it is played where nobody says otherwise; default 20. */
  readonly scale?: number;
  /** Worker processes besides the one that serves Slack. */
  readonly workers?: number;
  play(script: Script): Promise<void>;
}

/** Something that had to be seen was not: the message says what, and what was there instead. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

interface Actor {
  types(command: string): Promise<void>;
  /** A button of the newest message that has it, or of the open form. Its confirmation is confirmed. */
  clicks(button: string): Promise<void>;
  /** Fills in the open form by its labels and submits it. */
  fills(values: Record<string, string | string[]>): Promise<void>;
  /** An answer to what this person did last, which nobody else sees. */
  sees(words: string | RegExp): Promise<void>;
  /** An open form with this title. */
  seesForm(title: string): Promise<void>;
  /** Words in the open form, errors included. */
  seesInForm(words: string | RegExp): Promise<void>;
}

export type Script = Record<PersonName, Actor> & {
  readonly stage: Stage;
  /** Tells the reader of the transcript what happens outside Slack. */
  note(words: string): void;
  /** The newest deployment message in #deployments shows all of these; `within` is on the clock, default 1 minute. */
  card(words: readonly (string | RegExp)[] | string, within?: string): Promise<void>;
  /** Its thread tells these, in this order. */
  thread(words: readonly (string | RegExp)[], within?: string): Promise<void>;
  /** Every service of the environment runs the version, stable, with all its tasks. */
  runs(environment: string, version: string, within?: string): Promise<void>;
  /** Anything else; `what` completes the sentence "… was not seen". */
  see(what: string, holds: () => boolean | Promise<boolean>, within?: string): Promise<void>;
};

/** Real time that everything gets at least: a fast clock does not make the machine faster. */
const leastPatience = 5_000;

export function scriptFor(stage: Stage, note: (words: string) => void): Script {
  const { slack, clock, estate, cloud } = stage;
  const names = namesIn(slack, people, workspace.userGroups);
  const text = (message: Pick<Message, 'text' | 'blocks'>) => messageText(message, names);

  const see = async (
    what: string,
    holds: () => boolean | Promise<boolean>,
    within = '1m',
    instead: () => string = () => '',
  ) => {
    const until = performance.now() + Math.max(leastPatience, clock.real(ms(within as ms.StringValue)));
    while (!(await holds())) {
      if (performance.now() > until) throw new Missing(`${what} was not seen within ${within}.${instead()}`);
      await sleep(25);
    }
  };
  const newest = () => slack.messages('deployments').findLast(({ byBot }) => byBot);
  const cardNow = () => {
    const message = newest();
    return message ? text(message) : '';
  };
  const threadNow = () => {
    const message = newest();
    return message ? slack.thread('deployments', message.ts).slice(1).map(text).join('\n') : '';
  };
  const runningNow = (environment: string) =>
    estate.catalog.services.map((service) => ({
      service,
      ...cloud.running(estate.cluster(environment), service),
    }));

  const actor = (as: PersonName): Actor => {
    let answered = 0;
    const begin = () => {
      answered = slack.ephemerals(as).length;
    };
    const answers = () => slack.ephemerals(as).slice(answered).map(text).join('\n');
    const form = () => slack.modal(as);
    return {
      types: async (command) => {
        begin();
        await slack.command(command, { as, in: 'deployments' });
      },
      clicks: async (button) => {
        begin();
        await slack.click({ text: button }, { as });
      },
      fills: async (values) => {
        begin();
        await slack.fill(values, { as });
      },
      sees: (wanted) =>
        see(
          `${wanted}, for ${as} alone,`,
          () => has(answers(), wanted),
          '1m',
          () => `\n${as} saw: ${answers() || 'nothing'}`,
        ),
      seesForm: (title) => see(`The form "${title}" for ${as}`, () => titleOf(form()) === title),
      seesInForm: (wanted) =>
        see(`${wanted} in the form of ${as}`, () =>
          has(JSON.stringify([form()?.blocks, form()?.errors]), wanted),
        ),
    };
  };

  return {
    ana: actor('ana'),
    ben: actor('ben'),
    carla: actor('carla'),
    dave: actor('dave'),
    stage,
    note,
    card: (wanted, within) =>
      see(
        `${[wanted].flat().join(' and ')} on the deployment's message`,
        () => [wanted].flat().every((one) => has(cardNow(), one)),
        within,
        () => `\nIt shows:\n${cardNow() || 'nothing'}`,
      ),
    thread: (wanted, within) =>
      see(
        `${wanted.join(', then ')} in the thread`,
        () => inOrder(threadNow(), wanted),
        within,
        () => `\nThe thread tells:\n${threadNow() || 'nothing'}`,
      ),
    runs: (environment, version, within) =>
      see(
        `${version} everywhere in ${environment}`,
        () => runningNow(environment).every((one) => one.stable && one.version === version),
        within,
        () =>
          `\nThere run: ${runningNow(environment)
            .map((one) => `${one.service} ${one.version}${one.stable ? '' : ' (moving)'}`)
            .join(', ')}`,
      ),
    see: (what, holds, within) => see(what, holds, within),
  };
}

const titleOf = (view: View | undefined) => (view?.type === 'modal' ? view.title.text : undefined);

const has = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);

function inOrder(text: string, wanted: readonly (string | RegExp)[]): boolean {
  let rest = text;
  for (const one of wanted) {
    const at = typeof one === 'string' ? rest.indexOf(one) : rest.search(one);
    if (at < 0) return false;
    rest = rest.slice(at + 1);
  }
  return true;
}
