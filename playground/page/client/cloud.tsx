/** The cloud beside the chat: what runs, and what can be broken. */
import { type FormEvent, useState } from 'react';
import type { Parts } from '../parts.ts';
import type { Breakage } from '../switches.ts';
import { timeOfDay, useWorld } from './world.ts';

export function CloudPanel() {
  const { parts } = useWorld();
  return (
    <div className="cloud">
      {parts.workspace.clusters.map((cluster) => (
        <Cluster key={cluster.name} {...cluster} />
      ))}
      <section>
        <h3>Break something</h3>
        <BreakVersion />
        <PushVersion />
        <BreakApi />
        <BreakSlack />
        <Bots />
      </section>
      <section>
        <h3>What happened in the cloud</h3>
        <ol className="events">
          {parts.events.slice(0, 12).map(({ at, text }) => (
            <li key={`${at} ${text}`}>
              <time className="quiet">{timeOfDay(at, true)}</time> {text}
            </li>
          ))}
          {parts.events.length === 0 && <li className="quiet">Nothing so far.</li>}
        </ol>
      </section>
    </div>
  );
}

function useBreak() {
  const { act } = useWorld();
  return (breakage: Breakage) => void act({ do: 'break', breakage });
}

function Cluster({ name, environment }: Parts['workspace']['clusters'][number]) {
  const { parts } = useWorld();
  const breakIt = useBreak();
  return (
    <section>
      <h3>
        {environment} <span className="quiet">{name}</span>
      </h3>
      <table>
        <thead className="unseen">
          <tr>
            <th>Service</th>
            <th>Version</th>
            <th>Tasks</th>
            <th>Tamper</th>
          </tr>
        </thead>
        <tbody>
          {parts.cloud
            .filter(({ cluster }) => cluster === name)
            .map((service) => (
              <Service key={service.service} service={service} />
            ))}
        </tbody>
      </table>
      <Choice
        label="Its sites"
        value={parts.switches.sites[name] ?? 'fine'}
        options={[
          ['fine', 'answer'],
          ['down', 'drop connections'],
          ['timeout', 'never answer'],
        ]}
        onChange={(how) => breakIt({ what: 'site', cluster: name, how })}
      />
    </section>
  );
}

function Service({ service }: { service: Parts['cloud'][number] }) {
  const breakIt = useBreak();
  const { parts } = useWorld();
  const { cluster, service: name, version, runningCount, desiredCount, stable, deployments } = service;
  const coming = deployments.find(
    ({ status, rolloutState }) => status === 'PRIMARY' && rolloutState !== 'COMPLETED',
  );
  const place = { cluster, service: name };
  const tamper = (what: string) => {
    if (what === 'scale-to-zero') breakIt({ what, ...place });
    else if (what.startsWith('breaker '))
      breakIt({ what: 'breaker', ...place, how: what.slice('breaker '.length) as 'off' });
    else if (what) breakIt({ what: 'supersede', ...place, version: what });
  };
  return (
    <tr className={stable ? '' : 'moving'}>
      <td>{name}</td>
      <td>
        <code>{version}</code>
        {coming && coming.version !== version && (
          <>
            {' → '}
            <code>{coming.version}</code>
          </>
        )}
        {coming && (
          <small className={coming.rolloutState === 'FAILED' ? 'bad' : ''}> {rolloutWords(coming)}</small>
        )}
      </td>
      <td className="count" title={`${runningCount} of ${desiredCount} tasks run`}>
        <Dots running={runningCount} desired={desiredCount} />
      </td>
      <td>
        <select
          className="more"
          aria-label={`Tamper with ${name}`}
          value=""
          onChange={({ target }) => tamper(target.value)}
        >
          <option value="">⋯</option>
          <optgroup label="Somebody else deploys">
            {versionsOf(parts).map((one) => (
              <option key={one}>{one}</option>
            ))}
          </optgroup>
          <optgroup label="Somebody else">
            <option value="scale-to-zero">scales to zero</option>
          </optgroup>
          <optgroup label={`Circuit breaker (${service.breaker})`}>
            <option value="breaker off">off</option>
            <option value="breaker on">on</option>
            <option value="breaker rollback">on, rolls back</option>
          </optgroup>
        </select>
      </td>
    </tr>
  );
}

const versionsOf = ({ images }: Pick<Parts, 'images'>): string[] => [
  ...new Set(images.map(({ version }) => version)),
];

function rolloutWords({
  rolloutState,
  running,
  pending,
  failedTasks,
}: Parts['cloud'][number]['deployments'][number]): string {
  if (rolloutState === 'FAILED') return 'failed';
  const failed = failedTasks > 0 ? `, ${failedTasks} failed` : '';
  return `${running} up${pending > 0 ? `, ${pending} starting` : ''}${failed}`;
}

function Dots({ running, desired }: { running: number; desired: number }) {
  return (
    <>
      <span className="dots" aria-hidden="true">
        {'●'.repeat(running)}
        <i>{'●'.repeat(Math.max(0, desired - running))}</i>
      </span>
      <span className="unseen">
        {running} of {desired}
      </span>
    </>
  );
}

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange(value: V): void;
}

/** The first option is the one without trouble. */
function Choice<V extends string>({ label, value, options, onChange }: ChoiceProps<V>) {
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
  const broken = parts.images.filter(({ fault }) => fault);
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
      {broken.length > 0 && (
        <p className="bad">
          {broken
            .map(({ service: name, version: of, fault }) => `${name} ${of}: ${fault}`)
            .slice(0, 4)
            .join(' · ')}
          {broken.length > 4 && ` and ${broken.length - 4} more`}
        </p>
      )}
    </form>
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
