// A person as initials on a colour that stays theirs.
import { hue, initials } from "./initials.ts";

export function Avatar({ id, name, size = "normal" }: { id: number; name: string; size?: "small" | "normal" }) {
  return (
    <span className={`avatar avatar-${size}`} data-hue={hue(id)} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
