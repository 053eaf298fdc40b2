/** Names for people of whom a menu in Slack gave the id alone. */
import type { People } from '../../clients/people.ts';
import type { What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';

const isNameless = (person: Person | null): boolean => person !== null && person.name === person.id;

/** True where somebody in it has to be looked up first. */
export function needsNames(what: What): boolean {
  switch (what.kind) {
    case 'hand-over':
      return isNameless(what.to);
    case 'follow-up':
      return isNameless(what.owner);
    case 'resolve':
      return what.followUps.some(({ owner }) => isNameless(owner));
    default:
      return false;
  }
}

/** The same act with everybody's name. */
export async function named(what: What, people: Pick<People, 'nameOf'>): Promise<What> {
  const full = async (person: Person): Promise<Person> =>
    isNameless(person) ? { id: person.id, name: await people.nameOf(person.id) } : person;
  const fullOrNone = async (person: Person | null) => person && full(person);
  switch (what.kind) {
    case 'hand-over':
      return { ...what, to: await full(what.to) };
    case 'follow-up':
      return { ...what, owner: await fullOrNone(what.owner) };
    case 'resolve': {
      const followUps = await Promise.all(
        what.followUps.map(async (f) => ({ ...f, owner: await fullOrNone(f.owner) })),
      );
      return { ...what, followUps };
    }
    default:
      return what;
  }
}
