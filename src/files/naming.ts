// What a file from outside is called and taken for. Its name is only ever shown; its type counts when name and bytes agree.

const LONGEST = 200;

/** One line of at most 200 characters, without what ends lines, parts paths or turns text around; cut before its extension. */
export function safeName(name: string): string {
  const safe = name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .toWellFormed()
    .trim();
  const letters = [...safe];
  if (letters.length <= LONGEST) return safe || "file";
  const extension = extensionOf(safe) && safe.slice(safe.lastIndexOf("."));
  return letters.slice(0, LONGEST - extension.length).join("") + extension;
}

/** In lower case; empty when there is none. */
export const extensionOf = (name: string): string => /[^.]\.([A-Za-z0-9]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? "";

const UNKNOWN = "application/octet-stream";

const starts =
  (...signature: number[]) =>
  (bytes: Uint8Array) =>
    signature.every((byte, at) => bytes[at] === byte);
const at = (offset: number, text: string) => (bytes: Uint8Array) =>
  [...text].every((letter, i) => bytes[offset + i] === letter.charCodeAt(0));
const both =
  (...tests: ((bytes: Uint8Array) => boolean)[]) =>
  (bytes: Uint8Array) =>
    tests.every((test) => test(bytes));

/** UTF-8 without what no text has. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const jpeg = { type: "image/jpeg", test: starts(0xff, 0xd8, 0xff) };
const zip = starts(0x50, 0x4b, 0x03, 0x04);
const office = "application/vnd.openxmlformats-officedocument.";

/** By extension. Pages, scripts and SVG are not here: they stay bytes. */
const KINDS: Record<string, { type: string; test: (bytes: Uint8Array) => boolean }> = {
  png: { type: "image/png", test: starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  jpg: jpeg,
  jpeg,
  gif: { type: "image/gif", test: at(0, "GIF8") },
  webp: { type: "image/webp", test: both(at(0, "RIFF"), at(8, "WEBP")) },
  pdf: { type: "application/pdf", test: at(0, "%PDF-") },
  zip: { type: "application/zip", test: zip },
  docx: { type: `${office}wordprocessingml.document`, test: zip },
  xlsx: { type: `${office}spreadsheetml.sheet`, test: zip },
  pptx: { type: `${office}presentationml.presentation`, test: zip },
  mp3: {
    type: "audio/mpeg",
    test: (bytes) => at(0, "ID3")(bytes) || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0),
  },
  wav: { type: "audio/wav", test: both(at(0, "RIFF"), at(8, "WAVE")) },
  ogg: { type: "audio/ogg", test: at(0, "OggS") },
  mp4: { type: "video/mp4", test: at(4, "ftyp") },
  webm: { type: "video/webm", test: starts(0x1a, 0x45, 0xdf, 0xa3) },
  txt: { type: "text/plain", test: isText },
  md: { type: "text/markdown", test: isText },
  csv: { type: "text/csv", test: isText },
  json: { type: "application/json", test: isText },
};

/** The type by the name's extension when the bytes agree, else unknown bytes. */
export function contentTypeOf(name: string, bytes: Uint8Array): string {
  const kind = KINDS[extensionOf(name)];
  return kind?.test(bytes) ? kind.type : UNKNOWN;
}

const INLINE: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

/** Browsers may show it on our address; all else is saved. */
export const isShownInline = (contentType: string): boolean => INLINE.has(contentType);
