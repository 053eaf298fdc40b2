/** Buttons and menus in messages and forms: what Slack calls interactive elements. */
import { useState } from 'react';
import { Dialog } from './dialog.tsx';
import { useWorld } from './world.ts';

/** The message that the element is in, or the Home tab; nothing for the open form. */
export type Place = { channel: string; ts: string } | 'home' | undefined;

const at = (place: Place) => (place === 'home' ? { home: true } : { message: place });

interface Option {
  text: { text: string };
  value?: string | undefined;
  description?: { text: string } | undefined;
}

/** The fields of Slack's elements that matter for using them. */
export interface AnyElement {
  type: string;
  action_id?: string | undefined;
  text?: { text: string } | string | undefined;
  value?: string | undefined;
  url?: string | undefined;
  style?: string | undefined;
  placeholder?: { text: string } | undefined;
  options?: Option[] | undefined;
  option_groups?: { label?: { text: string }; options: Option[] }[] | undefined;
  confirm?: Confirm | undefined;
  accessibility_label?: string | undefined;
}

interface Confirm {
  title?: { text: string };
  text: { text: string };
  confirm?: { text: string };
  deny?: { text: string };
  style?: string;
}

const interactive = [
  'button',
  'overflow',
  'static_select',
  'users_select',
  'channels_select',
  'conversations_select',
  'radio_buttons',
  'checkboxes',
];
export const isInteractive = ({ type }: { type: string }): boolean => interactive.includes(type);

export function Element({ element, place }: { element: object; place: Place }) {
  const known = element as AnyElement;
  const [asking, setAsking] = useState<(() => void) | null>(null);
  const sure = (then: () => void) => (known.confirm ? setAsking(() => then) : then());
  return (
    <>
      {known.type === 'button' ? (
        <Button element={known} place={place} sure={sure} />
      ) : (
        <Menu element={known} place={place} sure={sure} />
      )}
      {asking && known.confirm && (
        <ConfirmDialog
          confirm={known.confirm}
          onAnswer={(yes) => {
            setAsking(null);
            if (yes) asking();
          }}
        />
      )}
    </>
  );
}

interface Usable {
  element: AnyElement;
  place: Place;
  /** Goes on once the person is sure, which most elements do not ask. */
  sure(then: () => void): void;
}

function Button({ element, place, sure }: Usable) {
  const { as, act } = useWorld();
  const [isBusy, setBusy] = useState(false);
  const { action_id: actionId, value, style = '', url } = element;
  const press = async () => {
    setBusy(true);
    if (url && /^https?:/.test(url)) window.open(url, '_blank', 'noopener');
    await act({ do: 'click', as, button: { actionId, value }, ...at(place) });
    setBusy(false);
  };
  return (
    <button
      type="button"
      className={`slack-button ${style}`}
      disabled={isBusy}
      aria-label={element.accessibility_label}
      onClick={() => sure(() => void press())}
    >
      {typeof element.text === 'object' ? element.text.text : element.text}
    </button>
  );
}

function Menu({ element, place, sure }: Usable) {
  const { as, act, parts } = useWorld();
  const { action_id: actionId = '', type } = element;
  const label = element.placeholder?.text ?? (type === 'overflow' ? '⋯' : 'Choose…');
  const choose = (option: string) => void act({ do: 'choose', as, actionId, option, ...at(place) });
  return (
    <select
      className="slack-button"
      aria-label={label}
      value=""
      onChange={({ target }) => sure(() => choose(target.value))}
    >
      <option value="">{label}</option>
      {optionsOf(element, parts).map(({ text, value = '' }) => (
        <option key={value} value={value}>
          {text.text}
        </option>
      ))}
    </select>
  );
}

/** Menus of people and channels offer who and what there is. */
export function optionsOf(
  element: AnyElement,
  { workspace, channels }: ReturnType<typeof useWorld>['parts'],
): Option[] {
  if (element.type.includes('users_select'))
    return workspace.people.map(({ id, name }) => ({ text: { text: `@${name}` }, value: id }));
  if (/channels_select|conversations_select/.test(element.type))
    return channels.map(({ id, name }) => ({ text: { text: `#${name}` }, value: id }));
  return [...(element.options ?? []), ...(element.option_groups ?? []).flatMap(({ options }) => options)];
}

function ConfirmDialog({ confirm, onAnswer }: { confirm: Confirm; onAnswer(yes: boolean): void }) {
  return (
    <Dialog title={confirm.title?.text ?? 'Are you sure?'} onClose={() => onAnswer(false)}>
      <p className="confirm-text">{confirm.text.text}</p>
      <footer>
        <button type="button" className="slack-button" onClick={() => onAnswer(false)}>
          {confirm.deny?.text ?? 'Cancel'}
        </button>
        <button
          type="button"
          className={`slack-button ${confirm.style ?? 'primary'}`}
          onClick={() => onAnswer(true)}
        >
          {confirm.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </Dialog>
  );
}
