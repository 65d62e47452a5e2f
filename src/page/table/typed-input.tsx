/**
 * A date, a month or a number. Browsers report each key of a date as a change, "0002" on the way to "2026", so what is
 * typed counts when it is done: with Enter, or when the field is left. What is picked counts at once. Answers that come
 * meanwhile draw the view again, and leave alone what is being typed.
 */

import { useLayoutEffect, useRef } from 'preact/hooks';

import { isDate, isMonth } from '../format/dates.ts';

export interface TypedInputProps {
  readonly type: 'date' | 'month' | 'number';
  readonly value: string;
  readonly label?: string;
  readonly class?: string;
  readonly min?: string;
  readonly max?: string;
  /** Called with what is a date, a month or a number. */
  readonly onChange: (value: string) => void;
}

export function TypedInput({ type, value, label, onChange, ...attributes }: TypedInputProps) {
  const field = useRef<HTMLInputElement>(null);
  const isTyping = useRef(false);
  useLayoutEffect(() => {
    if (field.current !== null) field.current.value = value;
  }, [value]);

  function commit(input: HTMLInputElement): void {
    isTyping.current = false;
    const isMeant = isComplete[type](input.value) && input.validity.valid;
    if (isMeant && input.value !== value) onChange(input.value);
    // What cannot be meant does not stay as if it were chosen.
    if (!isMeant) input.value = value;
  }

  return (
    <input
      {...attributes}
      ref={field}
      type={type}
      aria-label={label}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') return commit(currentTarget);
        if (key !== 'Tab' && type !== 'number') isTyping.current = true;
      }}
      onPointerDown={() => (isTyping.current = false)}
      onChange={({ currentTarget }) => {
        if (!isTyping.current) commit(currentTarget);
      }}
      onBlur={({ currentTarget }) => commit(currentTarget)}
    />
  );
}

const isComplete = {
  date: isDate,
  month: isMonth,
  number: (text: string) => /^\d+$/.test(text),
} as const;
