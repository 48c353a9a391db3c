// Reads a multipart body (RFC 7578) piece by piece: no more of it is ever held than its limits allow, whatever it declares.
import { type Outcome, ok, refuse } from "../protocol/errors.ts";

export interface Part {
  name: string;
  /** null: a plain field. */
  filename: string | null;
  bytes: Uint8Array;
}

export interface MultipartLimits {
  /** Of one file, bytes. */
  file: number;
  /** Of the whole body, bytes. */
  body: number;
  files: number;
  /** Of one plain field, bytes; there are few of them. */
  field: number;
}

const FIELDS = 20;
const HEADERS = 8 * 1024;

const BROKEN = refuse("invalid", "The body is not multipart/form-data, or breaks off before its end.");

/** The boundary that a `Content-Type` names; null when it is not multipart. */
export function boundaryOf(contentType: string | null): string | null {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? "",
  );
  return match?.[1] ?? match?.[2] ?? null;
}

export async function readMultipart(
  body: ReadableStream<Uint8Array>,
  boundary: string,
  limits: MultipartLimits,
): Promise<Outcome<Part[]>> {
  const source = new Source(body, limits.body);
  try {
    return await readParts(source, Buffer.from(`\r\n--${boundary}`), limits);
  } catch (error) {
    if (error instanceof TooLarge) return refuse("too_large", error.message, { field: error.field });
    if (error instanceof BrokenOff) return BROKEN;
    throw error;
  } finally {
    await source.end();
  }
}

async function readParts(source: Source, delimiter: Buffer, limits: MultipartLimits): Promise<Outcome<Part[]>> {
  const parts: Part[] = [];
  await source.until(delimiter, limits.body);
  while ((await source.until(LINE, HEADERS, "headers")).toString("latin1") !== "--") {
    const head = partHead((await source.until(BLANK, HEADERS, "headers")).toString("utf8"));
    if (!head) return BROKEN;
    const plain = head.filename === null;
    const bytes = await source.until(delimiter, plain ? limits.field : limits.file, plain ? head.name : null);
    parts.push({ ...head, bytes });
    const files = parts.filter(({ filename }) => filename !== null).length;
    if (files > limits.files) return refuse("invalid", `At most ${limits.files} files at once.`, { field: "files" });
    if (parts.length - files > FIELDS) return refuse("invalid", "There are too many fields.");
  }
  return ok(parts);
}

const LINE = Buffer.from("\r\n");
const BLANK = Buffer.from("\r\n\r\n");

class TooLarge extends Error {
  readonly field: string;

  constructor(message: string, field = "files") {
    super(message);
    this.field = field;
  }
}
class BrokenOff extends Error {}

/** A stream that is read up to marks. */
class Source {
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The first delimiter may stand at the very beginning, where no line ends before it. */
  #held: Buffer = Buffer.from("\r\n");
  #left: number;
  readonly #most: number;
  #over = false;

  constructor(body: ReadableStream<Uint8Array>, most: number) {
    this.#reader = body.getReader();
    this.#left = this.#most = most;
  }

  /**
   * What stands before the mark, which is taken too: `name`, or a file. The line after the last delimiter may be missing its
   * end.
   */
  async until(mark: Buffer, most: number, name: string | null = null): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    const keep = (piece: Buffer) => {
      size += piece.length;
      if (size > most && name !== null) throw new TooLarge(`${name} may be at most ${most} bytes long`, name);
      if (size > most) throw new TooLarge(`A file may be at most ${megabytes(most)} MB large.`);
      pieces.push(piece);
    };
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at !== -1) {
        keep(this.#held.subarray(0, at));
        this.#held = this.#held.subarray(at + mark.length);
        return Buffer.concat(pieces);
      }
      if (this.#over && mark === LINE) return Buffer.concat([...pieces, this.#held]);
      const safe = Math.max(0, this.#held.length - mark.length + 1);
      if (safe > 0) keep(this.#held.subarray(0, safe));
      this.#held = Buffer.concat([this.#held.subarray(safe), await this.#next()]);
    }
  }

  async end(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #next(): Promise<Uint8Array> {
    if (this.#over) throw new BrokenOff();
    const read = await this.#reader.read().catch(() => {
      throw new BrokenOff();
    });
    this.#over = read.done;
    if (read.done) return new Uint8Array();
    this.#left -= read.value.byteLength;
    if (this.#left < 0) throw new TooLarge(`A request may be at most ${megabytes(this.#most)} MB large.`);
    return read.value;
  }
}

const megabytes = (bytes: number): number => Math.floor(bytes / (1024 * 1024));

/** Names as browsers write them (`%22` for a quotation mark), and as RFC 5987 has them (`filename*=UTF-8''…`). */
function partHead(head: string): Pick<Part, "name" | "filename"> | null {
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(head)?.[1];
  const name = disposition && /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (!disposition || name === undefined) return null;
  const extended = /;\s*filename\*=utf-8''([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replace(/\\(["\\])/g, "$1");
  const filename = extended === undefined ? plain?.replace(/%22/g, '"') : decoded(extended);
  return { name, filename: filename ?? null };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
