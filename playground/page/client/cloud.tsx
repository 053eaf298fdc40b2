/** The cloud beside the chat: what runs where, how it changes, and who tampers with it. */
import type { Parts } from '../parts.ts';
import { Breaking, Choice, useBreak, versionsOf } from './breaking.tsx';
import { timeOfDay, useWorld } from './world.ts';

export function CloudPanel() {
  const { parts } = useWorld();
  return (
    <div className="cloud">
      {parts.workspace.clusters.map((cluster) => (
        <Cluster key={cluster.name} {...cluster} />
      ))}
      <Breaking />
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

function Cluster({ name, environment }: Parts['workspace']['clusters'][number]) {
  const { parts } = useWorld();
  const breakIt = useBreak();
  return (
    <section>
      <h3>
        {environment} <span className="quiet">{name}</span>
      </h3>
      <table>
        <thead>
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
