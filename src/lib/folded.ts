// Text as searches see it: NFKC, lower case, and without what writers leave out as they please (accents, vowel points).
// Folding changes lengths, so each unit of the result knows its place in the original.

export interface Folded {
  text: string;
  /** For each UTF-16 unit of `text`: where in the original the character behind it starts, and where it ends. */
  starts: readonly number[];
  ends: readonly number[];
}

/**
 * A run of what folds unit by unit, as most text does, unless something follows that composes with its last character;
 * or one character with all that composes with it: jamo, voicing marks of half-width kana, marks, colours of skin.
 */
const CLUSTER = new RegExp(
  [
    String.raw`([\0-\x7f\u0400-\u045f\u3001-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]+)(?![\p{M}\p{EMod}\u1160-\u11ff\uff9e\uff9f])`,
    String.raw`[\u1100-\u115f\uac00-\ud7a3][\u1160-\u11ff\p{M}]*`,
    String.raw`[\u3041-\u30fe\uff66-\uff9d][\uff9e\uff9f\p{M}]*`,
    String.raw`.[\p{M}\p{EMod}]*`,
  ].join("|"),
  "gsv",
);

/** Accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic, and its tatweel; the looks of emoji. */
const OPTIONAL =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]|[\ufe00-\ufe0f]|\p{EMod}|\u0640/gu;

export function fold(original: string): Folded {
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: cluster, 1: run, index } of original.matchAll(CLUSTER)) {
    const folded = foldCluster(cluster);
    text += folded;
    for (let i = 0; i < folded.length; i++) {
      starts.push(run === undefined ? index : index + i);
      ends.push(run === undefined ? index + cluster.length : index + i + 1);
    }
  }
  return { text, starts, ends };
}

const foldCluster = (cluster: string): string =>
  cluster
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("\u200b", " ") // the space of zero width stands between words, other invisible characters inside them
    .replace(/\p{Cf}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ")
    .replaceAll("\u2010", "-")
    .normalize("NFD")
    .replace(OPTIONAL, "")
    .normalize("NFC")
    .replace(/[\u3099\u309a]/g, ""); // a voicing mark that voices nothing
