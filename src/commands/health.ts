/** `/health <environment> [services] [--full]` */
import { healthWorking } from '../templates/health-report.ts';
import { help } from '../templates/help.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import { readHealth } from './request.ts';

export async function health(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readHealth(text, desk.catalog);
  if (request === 'help') return { say: help('health') };
  const { environment, services, full } = request;
  const { person, channel, responseUrl } = asker;
  const key = `health-${asker.request}`;
  await fromStore(async () => {
    if (responseUrl) await desk.store.keepResponseUrl(key, responseUrl);
    await desk.queues.run(key, {
      kind: 'health',
      environment,
      services: [...services],
      full,
      person,
      channel,
    });
    await desk.store.audit({
      at: desk.clock.now(),
      who: person,
      what: 'health.asked',
      deployment: null,
      environment,
      detail: services.join(','),
      from: asker.from,
      channel,
    });
  });
  return { say: healthWorking(environment, services.length) };
}
