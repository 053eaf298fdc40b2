/** The switches that break things: versions, AWS, Slack, the bot. */
import { type FormEvent, useState } from 'react';
import type { Parts } from '../parts.ts';
import type { Breakage } from '../switches.ts';
import { useWorld } from './world.ts';

export function Breaking() {
  return (
    <section>
      <h3>Break something</h3>
      <BreakVersion />
      <PushVersion />
      <BreakApi />
      <BreakSlack />
      <Bots />
    </section>
  );
}

export function useBreak() {
  const { act } = useWorld();
  return (breakage: Breakage) => void act({ do: 'break', breakage });
}

export const versionsOf = ({ images }: Pick<Parts, 'images'>): string[] => [
  ...new Set(images.map(({ version }) => version)),
];

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange(value: V): void;
}

/** The first option is the one without trouble. */
export function Choice<V extends string>({ label, value, options, onChange }: ChoiceProps<V>) {
  return (
    <label className={value === options[0]?.[0] ? 'choice' : 'choice broken'}>
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChange(target.value as V)}>
        {options.map(([of, words]) => (
          <option key={of} value={of}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

const versionFaults = {
  'crash-at-start': 'crashes at start',
  'fails-health-check': 'fails its health check',
  'crash-loop': 'crashes again and again',
  'cannot-pull': 'cannot be pulled',
  unhealthy: 'answers 503',
  'unhealthy-later': 'answers 503 after a minute',
  slow: 'is slow',
  flaky: 'fails every second time',
  fine: 'is fine',
} satisfies Record<Extract<Breakage, { what: 'version' }>['how'], string>;
type VersionFault = keyof typeof versionFaults;

function BreakVersion() {
  const { parts } = useWorld();
  const breakIt = useBreak();
  const [service, setService] = useState('api-gateway');
  const [version, setVersion] = useState('v1.5.0');
  const [how, setHow] = useState<VersionFault>('unhealthy');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    breakIt({ what: 'version', service, version, how });
  };
  return (
    <form className="break" onSubmit={submit}>
      <select aria-label="Service" value={service} onChange={({ target }) => setService(target.value)}>
        {['all', ...parts.workspace.services].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select aria-label="Version" value={version} onChange={({ target }) => setVersion(target.value)}>
        {versionsOf(parts).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select aria-label="How" value={how} onChange={({ target }) => setHow(target.value as VersionFault)}>
        {Object.entries(versionFaults).map(([of, words]) => (
          <option key={of} value={of}>
            {words}
          </option>
        ))}
      </select>
      <button type="submit">Set</button>
      {brokenVersions(parts).map((line) => (
        <p key={line} className="bad">
          {line}
        </p>
      ))}
    </form>
  );
}

/** One line for each version and what is wrong with it. */
function brokenVersions({ images, workspace }: Parts): string[] {
  const lines = new Map<string, string[]>();
  for (const { service, version, fault } of images) {
    if (!fault) continue;
    const line = `${version} ${versionFaults[fault as VersionFault] ?? fault}`;
    lines.set(line, [...(lines.get(line) ?? []), service]);
  }
  return [...lines].map(
    ([line, services]) =>
      `${services.length === workspace.services.length ? 'every service' : services.join(', ')}: ${line}`,
  );
}

function PushVersion() {
  const breakIt = useBreak();
  const [version, setVersion] = useState('v1.6.0');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    breakIt({ what: 'push', version });
  };
  return (
    <form className="break" onSubmit={submit}>
      <label htmlFor="push">New images of every service</label>
      <input id="push" value={version} size={8} onChange={({ target }) => setVersion(target.value)} />
      <button type="submit">Push</button>
    </form>
  );
}

const operations = [
  '*',
  'DescribeServices',
  'UpdateService',
  'RegisterTaskDefinition',
  'DescribeTaskDefinition',
  'ListTasks',
  'DescribeImages',
];
const apiFaults = {
  throttle: 'are throttled',
  html500: 'answer 500',
  hang: 'never answer',
  loseAnswer: 'work, but the answer is lost',
} satisfies Record<Extract<Breakage, { what: 'api' }>['how'], string>;
type ApiFault = keyof typeof apiFaults;

function BreakApi() {
  const breakIt = useBreak();
  const [operation, setOperation] = useState('*');
  const [how, setHow] = useState<ApiFault>('throttle');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    breakIt({ what: 'api', operation, how, times: 10 });
  };
  return (
    <form className="break" onSubmit={submit}>
      <span>The next 10 calls of</span>
      <select
        aria-label="Operation of AWS"
        value={operation}
        onChange={({ target }) => setOperation(target.value)}
      >
        {operations.map((one) => (
          <option key={one} value={one}>
            {one === '*' ? 'anything in AWS' : one}
          </option>
        ))}
      </select>
      <select
        aria-label="How the calls fail"
        value={how}
        onChange={({ target }) => setHow(target.value as ApiFault)}
      >
        {Object.entries(apiFaults).map(([of, words]) => (
          <option key={of} value={of}>
            {words}
          </option>
        ))}
      </select>
      <button type="submit">Set</button>
    </form>
  );
}

function BreakSlack() {
  const { slack, blocks, groups } = useWorld().parts.switches;
  const breakIt = useBreak();
  return (
    <>
      <Choice
        label="Slack's API"
        value={slack}
        options={[
          ['fine', 'answers'],
          ['503', 'answers 503'],
          ['refuse', 'drops connections'],
          ['hang', 'never answers'],
        ]}
        onChange={(how) => breakIt({ what: 'slack', how })}
      />
      <label className="tick">
        <input
          type="checkbox"
          checked={blocks}
          onChange={({ target }) => breakIt({ what: 'blocks', refused: target.checked })}
        />
        Slack refuses the newer blocks
      </label>
      <label className="tick">
        <input
          type="checkbox"
          checked={groups}
          onChange={({ target }) => breakIt({ what: 'groups', forgotten: target.checked })}
        />
        Slack cannot tell who is in a user group
      </label>
    </>
  );
}

function Bots() {
  const breakIt = useBreak();
  const { bots } = useWorld().parts;
  return bots.map(({ name, pid }) => (
    <div key={name} className={pid ? 'choice' : 'choice broken'}>
      <span>
        The {name} <span className="quiet">{pid ? `process ${pid}` : 'does not run'}</span>
      </span>
      {pid ? (
        <button type="button" onClick={() => breakIt({ what: 'bot', name, how: 'SIGKILL' })}>
          Kill -9
        </button>
      ) : (
        <button type="button" onClick={() => breakIt({ what: 'bot', name, how: 'restart' })}>
          Start
        </button>
      )}
    </div>
  ));
}
