// What a question asks of the model: it travels in the message's text, so that every peer passes it on unchanged.

export interface Wish {
  tokens: number;
  /** Tokens a second; 0: as fast as they are taken. */
  rate: number;
  /** Milliseconds between the last token and the end. */
  lingerMs: number;
}

export const questionFor = ({ tokens, rate, lingerMs = 0 }: Omit<Wish, "lingerMs"> & { lingerMs?: number }): string =>
  `bench tokens=${tokens} rate=${rate} linger=${lingerMs}`;

/** null: no question of ours. A peer may have put a name before it. */
export function wishOf(content: string): Wish | null {
  const found = /bench tokens=(\d+) rate=(\d+) linger=(\d+)$/.exec(content);
  return found && { tokens: Number(found[1]), rate: Number(found[2]), lingerMs: Number(found[3]) };
}
