/** What `/incident help` answers: every verb, what it takes, and what it does. */
import { context, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { code, escaped } from '../text.ts';

interface VerbPage {
  usage: string;
  means: string;
}

/** Every verb of `/incident`, in the order in which they are needed. */
export const incidentVerbs = {
  ack: { usage: 'ack', means: 'somebody looks at it: stops the calls' },
  join: { usage: 'join', means: 'you work on it too' },
  claim: { usage: 'claim commander | communications | scribe', means: 'you take a role' },
  'hand-over': {
    usage: 'hand-over <role> @person note…',
    means: 'gives a role to somebody, with what they have to know',
  },
  status: {
    usage: 'status investigating | identified | mitigating | monitoring',
    means: 'says how far it is',
  },
  severity: { usage: 'severity P2 reason…', means: 'changes the severity, and with it the clocks' },
  note: { usage: 'note text…', means: 'writes a line into the timeline' },
  impact: { usage: 'impact text…', means: 'says who is hurt, and how' },
  action: { usage: 'action text…', means: 'says what is being done' },
  eta: { usage: 'eta text…', means: 'says when it may be over' },
  cause: { usage: 'cause text…', means: 'says what the root cause is' },
  fix: { usage: 'fix https://…', means: 'says where the permanent fix is' },
  services: { usage: 'services api-gateway,web | all', means: 'says which services it is about' },
  update: { usage: 'update [text…]', means: 'posts the next update now; without text a form opens' },
  skip: { usage: 'skip', means: 'leaves out the next update' },
  publish: { usage: 'publish', means: 'a form for the public status page' },
  assess: { usage: 'assess', means: 'looks at health again' },
  link: { usage: 'link https://… title', means: 'adds a dashboard, a ticket, a document' },
  merge: { usage: 'merge INC-13', means: 'this one is a duplicate of that one, which goes on' },
  resolve: { usage: 'resolve', means: 'a form: what it did, what helped, what is left to do' },
  reopen: { usage: 'reopen reason…', means: 'it was not over' },
  'follow-up': {
    usage: 'follow-up [@owner] [by 2026-12-24] text…',
    means: 'writes down what is left to do; its owner is reminded',
  },
  done: { usage: 'done <number>', means: 'a follow-up is done' },
  timeline: { usage: 'timeline', means: 'everything that happened' },
  evidence: { usage: 'evidence', means: 'the same as a file with a chain of hashes' },
  retry: { usage: 'retry', means: 'tries everything again that did not get through' },
  clear: { usage: 'clear', means: 'ends what an emergency stopped' },
  list: { usage: 'list', means: 'what is open, and what was lately' },
  drill: {
    usage: 'drill bad-release | overload | database-errors | security',
    means: 'practice: nothing outside Slack is touched',
  },
} as const satisfies Record<string, VerbPage>;

export type IncidentVerb = keyof typeof incidentVerbs;

/** Those that are about no incident that is there already. */
const verbsWithoutIncident: readonly IncidentVerb[] = ['list', 'drill'];

export const incidentVerbNames = Object.keys(incidentVerbs).filter((name): name is IncidentVerb =>
  Object.hasOwn(incidentVerbs, name),
);

/** A verb with a flat look, as it is typed. */
const typed = (verb: IncidentVerb): string => `/incident ${incidentVerbs[verb].usage}`;

const declaring: readonly (readonly [typed: string, meaning: string])[] = [
  ['/incident', 'a form'],
  [
    '/incident P1 api-gateway checkout is down',
    'severity, services and environment in any order, then what is wrong',
  ],
  ['/incident P2 staging "all is slow"', 'elsewhere than where it matters most'],
  ['/incident P1 --kind security keys were leaked', 'also: --kind database-corruption; stops deployments'],
];

/** All of it, or what one verb takes. */
export function incidentHelp(verb: IncidentVerb | null): Message {
  if (verb !== null) return verbHelp(verb);
  return {
    text: 'How to use /incident',
    blocks: [
      section(
        '*/incident* Declares incidents and runs them: war room, roles, updates on time, status page, post-mortem.',
      ),
      ...sections(declaring.map(([example, meaning]) => `${code(example)}\n↳ ${escaped(meaning)}`)),
      ...sections(
        incidentVerbNames.map((name) => `${code(typed(name))} ${escaped(incidentVerbs[name].means)}`),
      ),
      context(
        [
          'Which incident is meant: say it before or behind the verb (`/incident ack INC-12`, `/incident INC-12 ack`); in its war room, or while only one is open, it goes without saying.',
          'A bare number stands for an incident before the verb, and behind verbs that take no text: in `note 500 errors` it is text.',
          'A title that begins with a verb is put in quotes, or behind its severity.',
        ].join('\n'),
      ),
    ],
  };
}

function verbHelp(verb: IncidentVerb): Message {
  const about = verbsWithoutIncident.includes(verb)
    ? ''
    : '\nThe incident’s id may stand before or behind the verb: `INC-12`.';
  return {
    text: `How to use /incident ${verb}`,
    blocks: [section(`${code(typed(verb))}\n↳ ${escaped(incidentVerbs[verb].means)}${about}`)],
  };
}
