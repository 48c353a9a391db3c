// One of a few named choices. The value is always one of them, whatever the browser says.
import type { ComponentPropsWithRef } from "react";

interface SelectProps<T extends string | number> extends Omit<ComponentPropsWithRef<"select">, "value" | "onChange"> {
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
}

export function Select<T extends string | number>({ value, options, onValue, ...rest }: SelectProps<T>) {
  return (
    <select
      {...rest}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => String(option.value) === event.target.value);
        if (chosen) onValue(chosen.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
