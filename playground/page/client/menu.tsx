/** A small menu behind a sign; choosing something closes it. */
import { type ReactNode, useRef } from 'react';

export function Menu({ label, sign, children }: { label: string; sign: string; children: ReactNode }) {
  const box = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (box.current) box.current.open = false;
  };
  return (
    <details
      className="menu"
      ref={box}
      onClick={({ target }) => isItem(target) && close()}
      onKeyDown={({ key }) => key === 'Escape' && close()}
      onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && close()}
    >
      <summary aria-label={label} title={label}>
        {sign}
      </summary>
      <div className="menu-items">{children}</div>
    </details>
  );
}

/** What stands deeper, such as a file that opens above the page, leaves the menu open. */
const isItem = (target: EventTarget): boolean =>
  target instanceof HTMLButtonElement && target.parentElement?.className === 'menu-items';
