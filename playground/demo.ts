/**
 * The playground: the bot in a simulated Slack workspace with a simulated cloud, and no accounts anywhere.
 * `npm run demo` serves a page to play on; `npm run demo -- --script deploy` plays a scenario by itself.
 */
import { once } from 'node:events';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { nearest } from '../src/config/nearest.ts';
import { startPage } from './page/server.ts';
import { playScenario, scenarios } from './scenarios/index.ts';
import { startStage } from './stage.ts';

const usage = `npm run demo                          a page to play on, in a browser
npm run demo -- --script <name>       plays a scenario by itself and prints what people see in Slack
npm run demo -- --list                names the scenarios

--scale <n>   how much faster than real time everything runs (page: 10, scenarios: 20)
--port <n>    where the page is served (default: any free port)`;

const isPlain = !process.stdout.isTTY || Boolean(process.env.NO_COLOR);
const print = (line: string) =>
  void process.stdout.write(`${isPlain ? stripVTControlCharacters(line) : line}\n`);

/** What the command line wants, or what is wrong with it. */
function readCommand() {
  const { values } = parseArgs({
    options: {
      script: { type: 'string' },
      list: { type: 'boolean', default: false },
      scale: { type: 'string' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const scenario = scenarios.find(({ name }) => name === values.script);
  if (values.script !== undefined && !scenario) throw new Error(noSuchScenario(values.script));
  return {
    scenario,
    list: values.list,
    help: values.help,
    scale: numberIn('--scale', values.scale ?? String(scenario ? (scenario.scale ?? 20) : 10), 1, 100),
    port: numberIn('--port', values.port, 0, 65_535),
  };
}

function noSuchScenario(name: string): string {
  const names = scenarios.map((one) => one.name);
  const meant = nearest(name, names);
  return `There is no scenario "${name}".${meant ? ` Did you mean ${meant}?` : ''} There are: ${names.join(', ')}.`;
}

function numberIn(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= least && number <= most))
    throw new Error(`${option} is "${text}"; expected ${least} to ${most}.`);
  return number;
}

/** Aborted by Ctrl-C, once; whoever presses it again ends the process at once. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => interrupted.abort(new Error('Interrupted.')));
  return interrupted.signal;
}

async function servePage(scale: number, port: number, signal: AbortSignal): Promise<void> {
  print('Setting the stage…');
  const stage = await startStage({ scale, say: (line) => print(`  ${line}`) });
  const page = await startPage(stage, { port });
  print(`Pilothouse playground: ${page.url}  (Ctrl-C ends it)`);
  if (!signal.aborted) await once(signal, 'abort');
  print('\nCleaning up…');
  await page.stop();
  await stage.stop();
}

/** The exit code: 0 only if everything expected happened. */
async function play(
  scenario: (typeof scenarios)[number],
  scale: number,
  signal: AbortSignal,
): Promise<number> {
  print(`${scenario.name}: ${scenario.sentence}\nTime runs ${scale} times as fast as real time.\n`);
  const began = performance.now();
  const missing = await playScenario(scenario, { scale, print, signal });
  const seconds = Math.round((performance.now() - began) / 1000);
  if (missing.length === 0) print(`\nEverything expected happened, in ${seconds} s.`);
  else print(`\nNot everything expected happened:\n${missing.map((one) => `- ${one}`).join('\n')}`);
  return missing.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const { scenario, list, help, scale, port } = readCommand();
  if (help) print(usage);
  else if (list) for (const { name, sentence } of scenarios) print(`${name.padEnd(14)}${sentence}`);
  else if (scenario) return play(scenario, scale, untilInterrupted());
  else await servePage(scale, port, untilInterrupted());
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isOurs = error instanceof Error;
  process.stderr.write(`${isOurs ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
