// What an avatar shows of a name and an id; pure.

/** How many avatar colours styles/ui.css defines. */
export const HUES = 8;

/** A stable colour: neighbours by id get colours far apart. */
export const hue = (id: number): number => (id * 3) % HUES;

/** First letters of the first and last word, whole characters even outside the basic plane. */
export function initials(name: string): string {
  const names = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first, last] = [names[0], names.length > 1 ? names.at(-1) : undefined];
  const letter = (word: string | undefined) => word?.match(/[\p{L}\p{N}]/u)?.[0] ?? "";
  return (letter(first) + letter(last)).toUpperCase() || "?";
}
