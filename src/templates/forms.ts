/** The forms of `/deploy` and `/rollback`: what they ask, and how their answers are read. */
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { plainText } from './blocks.ts';
import { literal } from './text.ts';

export const deployFormId = 'deploy-form';
export const rollbackFormId = 'rollback-form';

/** The choice that stands for every service. */
const allServices = 'all';

/** Slack's limit for a menu; with more services than fit in one they are typed. */
export const menuLimit = 100;

/** Slack's limit for what is typed into a form. */
export const textLimit = 3000;

export interface FormChoices {
  environments: readonly string[];
  services: readonly string[];
  /** What is already filled in. */
  chosen?: { environment?: string; services?: readonly string[]; version?: string; reason?: string };
  /** The channel in which the form was asked for: answers go there. */
  channel: string;
}

export function deployForm({ environments, services, chosen = {}, channel }: FormChoices): ModalView {
  return form(deployFormId, 'Deploy', 'Deploy', { channel }, [
    environmentInput(environments, chosen.environment),
    servicesInput(services, chosen.services),
    versionInput(
      chosen.version,
      'Left empty: what was verified in the environment before, or the newest one.',
    ),
    reasonInput(chosen.reason, true),
    optionsInput,
  ]);
}

export interface RollbackChoices extends FormChoices {
  /** The incident that it is for: its timeline tells how it goes. */
  incident?: string;
  /** The word that has to be typed, or null where none is asked for. */
  confirmWord: 'ROLLBACK' | null;
}

export function rollbackForm({
  environments,
  services,
  chosen = {},
  channel,
  incident,
  confirmWord,
}: RollbackChoices): ModalView {
  return form(rollbackFormId, 'Roll back', 'Roll back', { channel, ...(incident && { incident }) }, [
    environmentInput(environments, chosen.environment),
    servicesInput(services, chosen.services),
    versionInput(chosen.version, 'Left empty: the last version that was proven healthy.'),
    reasonInput(chosen.reason, false),
    ...(confirmWord === null ? [] : [wordInput(confirmWord)]),
  ]);
}

/** The block in which an answer is missing or wrong, for Slack's `response_action: errors`. */
export const formBlocks = {
  environment: 'environment',
  services: 'services',
  version: 'version',
  reason: 'reason',
  options: 'options',
  word: 'word',
} as const;
/** Every block has one element, and all of them have the same name. */
export const answer = 'answer';

const carried = z.object({ channel: z.string(), incident: z.string().exactOptional() });

function form(
  id: string,
  title: string,
  submit: string,
  { channel, ...more }: z.infer<typeof carried>,
  blocks: KnownBlock[],
): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify({ channel: channel.slice(0, 100), ...more }),
    title: plainText(title, 24),
    submit: plainText(submit, 24),
    close: plainText('Not now', 24),
    blocks,
  };
}

export function input(
  id: string,
  label: string,
  element: InputBlock['element'],
  extra: Partial<InputBlock> = {},
): InputBlock {
  return { type: 'input', block_id: id, label: plainText(label), element, ...extra };
}

export const option = (value: string, text = value): PlainTextOption => ({
  text: plainText(text, 75),
  value,
});

export function environmentInput(environments: readonly string[], chosen: string | undefined): InputBlock {
  const options = environments.slice(0, menuLimit).map((name) => option(name));
  const initial = options.find((o) => o.value === chosen) ?? (options.length === 1 ? options[0] : undefined);
  return input(formBlocks.environment, 'Environment', {
    type: 'static_select',
    action_id: answer,
    options,
    placeholder: plainText('Where?'),
    ...(initial && { initial_option: initial }),
  });
}

export function servicesInput(services: readonly string[], chosen: readonly string[] = []): InputBlock {
  if (services.length + 1 > menuLimit) return servicesTextInput(chosen);
  const options = [option(allServices, 'all services'), ...services.map((name) => option(name))];
  const initial = options.filter((o) => chosen.includes(o.value ?? ''));
  return input(formBlocks.services, 'Services', {
    type: 'multi_static_select',
    action_id: answer,
    options,
    placeholder: plainText('Which services?'),
    ...(initial.length > 0 && { initial_options: initial }),
  });
}

/** Names that do not fit are left to the person: with some of them cut off it would be another request. */
function servicesTextInput(chosen: readonly string[]): InputBlock {
  const names = chosen.join(',');
  const fits = names.length <= textLimit;
  const much = fits ? '' : ` The ${chosen.length} that you named do not fit in here all together.`;
  const element = textInput(fits ? names : undefined, 'api-gateway,web or all', textLimit);
  return input(formBlocks.services, 'Services', element, {
    hint: plainText(`Names with commas between them, or the word all.${much}`),
  });
}

function versionInput(chosen: string | undefined, hint: string): InputBlock {
  return input(formBlocks.version, 'Version', textInput(chosen, 'v1.2.3', 100), {
    optional: true,
    hint: plainText(hint),
  });
}

function reasonInput(chosen: string | undefined, optional: boolean): InputBlock {
  return input(formBlocks.reason, 'Reason', textInput(chosen, 'What is it for? Everybody sees it.', 500), {
    optional,
  });
}

function wordInput(word: string): InputBlock {
  return input(formBlocks.word, `Type ${word} to go on`, textInput(undefined, word, 20));
}

const optionsInput = input(
  formBlocks.options,
  'Options',
  {
    type: 'checkboxes',
    action_id: answer,
    options: [
      {
        ...option('plan', 'Only show the plan'),
        description: plainText('Nothing is changed and nobody is asked.', 75),
      },
      {
        ...option('skip-staging', 'Skip staging'),
        description: plainText('For hotfixes: needs the right to do so and a reason.', 75),
      },
    ],
  },
  { optional: true },
);

/** Slack refuses an empty first value, and one that is longer than the input allows. */
export function textInput(
  initial: string | undefined,
  placeholder: string,
  max: number,
): InputBlock['element'] {
  const value = initial ? literal(initial, max) : '';
  return {
    type: 'plain_text_input',
    action_id: answer,
    max_length: max,
    placeholder: plainText(placeholder),
    ...(value && { initial_value: value }),
  };
}

const chosenOption = z.object({ value: z.string() });
export const answers = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: z.string().nullish(),
      selected_option: chosenOption.nullish(),
      selected_options: z.array(chosenOption).nullish(),
      selected_user: z.string().nullish(),
      selected_date: z.string().nullish(),
    }),
  ),
);
export type Answers = z.infer<typeof answers>;

export interface DeployAnswers {
  environment: string | null;
  /** `all` among them means every service. */
  services: string[];
  version: string | null;
  reason: string | null;
  plan: boolean;
  skipStaging: boolean;
}

/** Reads `view.state.values`; throws a ZodError for what no form of ours sends. */
export function readDeployForm(values: unknown): DeployAnswers {
  const given = answers.parse(values);
  const options = picked(given, formBlocks.options);
  return { ...common(given), plan: options.includes('plan'), skipStaging: options.includes('skip-staging') };
}

export interface RollbackAnswers {
  environment: string | null;
  services: string[];
  version: string | null;
  reason: string | null;
  /** What was typed where the word was asked for; null where it was not asked for. */
  word: string | null;
}

export function readRollbackForm(values: unknown): RollbackAnswers {
  const given = answers.parse(values);
  return { ...common(given), word: typed(given, formBlocks.word) };
}

/** Null for text that no form of ours carries. */
export function readFormChannel(privateMetadata: string): string | null {
  try {
    return z.object({ channel: z.string() }).parse(JSON.parse(privateMetadata)).channel;
  } catch {
    return null;
  }
}

/** The incident that a form was opened for, else null. */
export function readFormIncident(privateMetadata: string): string | null {
  try {
    return carried.parse(JSON.parse(privateMetadata)).incident ?? null;
  } catch {
    return null;
  }
}

/** What the forms about services have in common. */
export function common(given: Answers) {
  const chosen = picked(given, formBlocks.services);
  const written = typed(given, formBlocks.services);
  return {
    environment: given[formBlocks.environment]?.[answer]?.selected_option?.value ?? null,
    services: written === null ? chosen : written.split(/[\s,]+/).filter(Boolean),
    version: typed(given, formBlocks.version),
    reason: typed(given, formBlocks.reason),
  };
}

/** Null where nothing was written. */
export const typed = (given: Answers, block: string): string | null =>
  given[block]?.[answer]?.value?.trim() || null;

const picked = (given: Answers, block: string): string[] =>
  (given[block]?.[answer]?.selected_options ?? []).map((o) => o.value);
