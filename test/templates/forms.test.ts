import { describe, expect, test } from '@jest/globals';
import {
  deployForm,
  deployFormId,
  formBlocks,
  readDeployForm,
  readFormChannel,
  readFormIncident,
  readRollbackForm,
  rollbackForm,
} from '../../src/templates/forms.ts';
import { viewViolations } from './limits.ts';

const choices = { environments: ['staging', 'production'], services: ['api', 'web'], channel: 'C0000DEPLOY' };

/** What Slack would send if the form were submitted as it opens, with `more` filled in by hand. */
function submitted(view: ReturnType<typeof deployForm>, more: Record<string, object> = {}) {
  return Object.fromEntries(
    view.blocks.flatMap((block) => {
      if (block.type !== 'input' || !('element' in block) || !block.block_id) return [];
      const { element } = block;
      const answer = {
        type: element.type,
        ...('initial_value' in element ? { value: element.initial_value } : { value: null }),
        ...('initial_option' in element ? { selected_option: element.initial_option } : {}),
        ...('initial_options' in element ? { selected_options: element.initial_options } : {}),
        ...more[block.block_id],
      };
      const id = 'action_id' in element && element.action_id ? element.action_id : '';
      return [[block.block_id, { [id]: answer }]];
    }),
  );
}

describe('the form of /deploy', () => {
  test('gives back what it was opened with', () => {
    const chosen = {
      environment: 'production',
      services: ['web'],
      version: 'v1.2.3',
      reason: 'fixes the login',
    };
    expect(readDeployForm(submitted(deployForm({ ...choices, chosen })))).toEqual({
      ...chosen,
      plan: false,
      skipStaging: false,
    });
  });
  test('reads what was ticked', () => {
    const options = { selected_options: [{ value: 'plan' }, { value: 'skip-staging' }] };
    expect(readDeployForm(submitted(deployForm(choices), { [formBlocks.options]: options }))).toEqual({
      environment: null,
      services: [],
      version: null,
      reason: null,
      plan: true,
      skipStaging: true,
    });
  });
  test('offers all services as one choice', () => {
    const chosen = { services: ['all'] };
    expect(readDeployForm(submitted(deployForm({ ...choices, chosen }))).services).toEqual(['all']);
  });
  test('lets more services be typed than fit into a menu', () => {
    const services = Array.from({ length: 150 }, (_, n) => `service-${n}`);
    const view = deployForm({ ...choices, services });
    expect(viewViolations(view)).toEqual([]);
    const answers = submitted(view, { [formBlocks.services]: { value: ' service-1, service-2 ' } });
    expect(readDeployForm(answers).services).toEqual(['service-1', 'service-2']);
  });
  test.each([
    [100, 'filled in'],
    [400, 'left out, and it says so'],
  ])('%d chosen names that are typed are %s', (count, what) => {
    const services = Array.from({ length: 400 }, (_, n) => `service-${n}`);
    const chosen = { services: services.slice(0, count) };
    const view = deployForm({ ...choices, services, chosen });
    expect(viewViolations(view)).toEqual([]);
    expect(readDeployForm(submitted(view)).services).toEqual(what === 'filled in' ? chosen.services : []);
    expect(JSON.stringify(view).includes('do not fit')).toBe(what !== 'filled in');
  });
  test('remembers the channel it was asked for in', () => {
    const view = deployForm(choices);
    expect(view.callback_id).toBe(deployFormId);
    expect(readFormChannel(view.private_metadata ?? '')).toBe('C0000DEPLOY');
  });
  test.each(['', 'x', '{}', 'null'])('%j is no channel', (text) => {
    expect(readFormChannel(text)).toBeNull();
  });
  test('refuses answers of another shape', () => {
    expect(() => readDeployForm('nonsense')).toThrow();
  });
});

describe('the form of /rollback', () => {
  const word = (confirmWord: 'ROLLBACK' | null) =>
    rollbackForm({ ...choices, confirmWord }).blocks.some((b) => b.block_id === formBlocks.word);

  test('asks for the typed word only where it is wanted', () => {
    expect([word('ROLLBACK'), word(null)]).toEqual([true, false]);
  });
  test('reads the word and the reason', () => {
    const view = rollbackForm({ ...choices, chosen: { reason: 'login fails' }, confirmWord: 'ROLLBACK' });
    const answers = submitted(view, { [formBlocks.word]: { value: ' ROLLBACK ' } });
    expect(readRollbackForm(answers)).toMatchObject({ reason: 'login fails', word: 'ROLLBACK' });
  });
  test('remembers the incident that it is for', () => {
    const carried = (incident?: string) => {
      const view = rollbackForm({ ...choices, ...(incident && { incident }), confirmWord: null });
      return [readFormChannel(view.private_metadata ?? ''), readFormIncident(view.private_metadata ?? '')];
    };
    expect(carried('INC-12')).toEqual(['C0000DEPLOY', 'INC-12']);
    expect(carried()).toEqual(['C0000DEPLOY', null]);
    expect(readFormIncident('nonsense')).toBeNull();
  });
  test('needs a reason', () => {
    const reason = rollbackForm({ ...choices, confirmWord: null }).blocks.find(
      (b) => b.block_id === formBlocks.reason,
    );
    expect(reason).toMatchObject({ optional: false });
  });
});
