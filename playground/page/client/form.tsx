/** A modal that the bot opened: its inputs, what Slack and the bot say about them, and its buttons. */
import type { InputBlock, KnownBlock } from '@slack/types';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { View } from '../../slack/types.ts';
import { Blocks } from './blocks.tsx';
import { Dialog } from './dialog.tsx';
import { type AnyElement, optionsOf } from './elements.tsx';
import { useWorld } from './world.ts';

type Value = string | string[];
type Values = Record<string, Value>;

export function Form({ view }: { view: View }) {
  const { as, act } = useWorld();
  const [values, setValues] = useState<Values>(() => initialValues(view));
  const [isBusy, setBusy] = useState(false);
  if (view.type !== 'modal') return null;
  const close = () => void act({ do: 'close', as });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await act({ do: 'fill', as, values });
    setBusy(false);
  };
  return (
    <Dialog title={view.title.text} onClose={close}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div className="form-body">
          {view.trouble && (
            <p className="error" role="alert">
              {view.trouble}
            </p>
          )}
          {view.blocks.map((block, index) =>
            isInput(block) ? (
              <Field
                key={block.block_id ?? index}
                block={block}
                error={view.errors?.[block.block_id ?? '']}
                value={values[block.block_id ?? ''] ?? ''}
                onChange={(value) => setValues({ ...values, [block.block_id ?? '']: value })}
              />
            ) : (
              <Blocks key={block.block_id ?? index} blocks={[block as KnownBlock]} place={undefined} />
            ),
          )}
        </div>
        <footer>
          <button type="button" className="slack-button" onClick={close}>
            {view.close?.text ?? 'Cancel'}
          </button>
          {view.submit && (
            <button type="submit" className="slack-button primary" disabled={isBusy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

const isInput = (block: { type: string }): block is InputBlock => block.type === 'input';

/** What Slack holds for each input, as the text or the option values that a person would enter. */
function initialValues({ blocks, state }: View): Values {
  const inputs = blocks.filter(isInput);
  return Object.fromEntries(
    inputs.map(({ block_id: id = '', element }) => {
      const actionId = 'action_id' in element ? (element.action_id ?? '') : '';
      return [id, entered(state.values[id]?.[actionId])];
    }),
  );
}

function entered(held: Record<string, unknown> | undefined): Value {
  for (const [name, value] of Object.entries(held ?? {})) {
    if (name === 'type' || value === null || value === undefined) continue;
    if (Array.isArray(value)) return value.map(optionValue);
    return optionValue(value);
  }
  return '';
}

const optionValue = (value: unknown): string =>
  typeof value === 'object' && value && 'value' in value ? String(value.value) : String(value);

interface FieldProps {
  block: InputBlock;
  error?: string | undefined;
  value: Value;
  onChange(value: Value): void;
}

function Field({ block, error, value, onChange }: FieldProps) {
  const id = `field-${block.block_id}`;
  const describedBy = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(' ');
  const className = error ? 'field wrong' : 'field';
  const label = (
    <>
      {block.label.text} {block.optional && <span className="quiet">(optional)</span>}
    </>
  );
  const rest = (
    <>
      <Input
        id={id}
        element={block.element as AnyElement}
        isWrong={Boolean(error)}
        {...{ value, onChange, describedBy }}
      />
      {error && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {block.hint && (
        <p className="quiet" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
    </>
  );
  return isList(block.element) ? (
    <fieldset className={className} aria-describedby={describedBy}>
      <legend>{label}</legend>
      {rest}
    </fieldset>
  ) : (
    <div className={className}>
      <label htmlFor={id}>{label}</label>
      {rest}
    </div>
  );
}

const isList = ({ type }: { type: string }): boolean =>
  type === 'checkboxes' || type === 'radio_buttons' || type.startsWith('multi_');

interface InputProps {
  id: string;
  element: AnyElement & { multiline?: boolean; max_length?: number };
  value: Value;
  onChange(value: Value): void;
  describedBy: string;
  isWrong: boolean;
}

const htmlTypes: Record<string, string> = {
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
  datepicker: 'date',
  timepicker: 'time',
};

function Input({ id, element, value, onChange, describedBy, isWrong }: InputProps): ReactNode {
  const { parts } = useWorld();
  const placeholder = element.placeholder?.text;
  const shared = { id, 'aria-describedby': describedBy, 'aria-invalid': isWrong };
  if (isList(element)) return <ListInput {...{ id, element, value, onChange }} />;
  if (element.type.endsWith('_select'))
    return (
      <select {...shared} value={String(value)} onChange={({ target }) => onChange(target.value)}>
        <option value="">{placeholder ?? 'Choose…'}</option>
        {optionsOf(element, parts).map(({ text, value: of = '' }) => (
          <option key={of} value={of}>
            {text.text}
          </option>
        ))}
      </select>
    );
  const text = { ...shared, value: String(value), placeholder, maxLength: element.max_length };
  if (element.multiline || element.type === 'rich_text_input')
    return <textarea {...text} rows={4} onChange={({ target }) => onChange(target.value)} />;
  return (
    <input
      {...text}
      type={htmlTypes[element.type] ?? 'text'}
      autoComplete="off"
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function ListInput({ id, element, value, onChange }: Omit<InputProps, 'describedBy' | 'isWrong'>) {
  const { parts } = useWorld();
  const chosen = [value].flat();
  const isOne = element.type === 'radio_buttons';
  const toggle = (of: string) => {
    if (isOne) onChange(of);
    else onChange(chosen.includes(of) ? chosen.filter((one) => one !== of) : [...chosen.filter(Boolean), of]);
  };
  return (
    <div className="list">
      {optionsOf(element, parts).map(({ text, value: of = '', description }) => (
        <label key={of}>
          <input
            type={isOne ? 'radio' : 'checkbox'}
            name={id}
            checked={chosen.includes(of)}
            onChange={() => toggle(of)}
          />
          <span>
            {text.text}
            {description && <span className="quiet"> {description.text}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
