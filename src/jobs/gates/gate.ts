/** A gate: a precondition of a deployment with three answers: yes, no because …, could not tell (which blocks). */

import type { Deployment, GateAnswer } from '../../records/deployment.ts';
import type { Suggestion } from '../../records/refusal.ts';
import type { World } from '../deployment/world.ts';

export interface Gate {
  name: string;
  title: string;
  /** Only rollbacks of which kinds it stands before. */
  for: readonly Deployment['kind'][];
  check(d: Deployment, world: World): Promise<GateResult>;
}

export type GateResult =
  | { answer: 'yes' }
  | { answer: 'skipped'; because: string }
  | { answer: 'no'; because: string; hint: string; suggestion?: Suggestion };

export const yes: GateResult = { answer: 'yes' };
export const no = (because: string, hint: string, suggestion?: Suggestion): GateResult => ({
  answer: 'no',
  because,
  hint,
  ...(suggestion && { suggestion }),
});

/** A gate's answer for the record, and the button that helps where the answer is no. */
export interface Asked extends GateAnswer {
  suggestion?: Suggestion;
}

/** Asks every gate that stands before this deployment; one that throws could not tell. */
export async function askGates(gates: readonly Gate[], d: Deployment, world: World): Promise<Asked[]> {
  return Promise.all(gates.filter((gate) => gate.for.includes(d.kind)).map((gate) => ask(gate, d, world)));
}

async function ask(gate: Gate, d: Deployment, world: World): Promise<Asked> {
  const blank = { gate: gate.name, title: gate.title, because: null, hint: null };
  try {
    return { ...blank, ...(await gate.check(d, world)) };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { ...blank, answer: 'unknown', because, hint: 'Try again when it can be asked.' };
  }
}

export const recorded = ({ suggestion: _, ...answer }: Asked): GateAnswer => answer;
