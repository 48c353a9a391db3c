// Which of several answers is shown: ‹ 2/3 ›. The arrow keys work too while it has focus.
import type { KeyboardEvent } from "react";
import { IconButton } from "../ui/button.tsx";
import { words } from "../words.ts";

interface VariantSwitchProps {
  index: number;
  count: number;
  onIndex: (index: number) => void;
}

export function VariantSwitch({ index, count, onIndex }: VariantSwitchProps) {
  const go = (next: number) => {
    if (next >= 0 && next < count) onIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") go(index - 1);
    else if (event.key === "ArrowRight") go(index + 1);
    else return;
    event.preventDefault();
  };
  // Not `disabled` at the ends: that would take the focus away from whoever walks through by keyboard.
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <span className="variants" role="group" aria-label={words.turn.variants} onKeyDown={onKeyDown}>
      <IconButton
        icon="left"
        label={words.turn.previousVariant}
        aria-disabled={index === 0}
        onClick={() => go(index - 1)}
      />
      <span aria-hidden="true">
        {index + 1}/{count}
      </span>
      <span className="visually-hidden" role="status">
        {words.turn.variant(index + 1, count)}
      </span>
      <IconButton
        icon="right"
        label={words.turn.nextVariant}
        aria-disabled={index === count - 1}
        onClick={() => go(index + 1)}
      />
    </span>
  );
}
