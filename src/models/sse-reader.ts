// Reads a `text/event-stream` (HTML §9.2.6): bytes in whatever pieces, out the data of each event. Our own, since the
// SDK's reader passes each token through six asynchronous generators: half of what an answer cost (docs/performance.md).

const LINE_END = /\r\n|\n|\r/;

export class SseReader {
  #decoder = new TextDecoder();
  #rest = "";
  #data: string[] = [];

  /** The data of the events that these bytes complete. */
  take(bytes: Uint8Array): string[] {
    return this.#lines(this.#rest + this.#decoder.decode(bytes, { stream: true }));
  }

  /** At the end of the stream: an event that no empty line closed counts too. */
  end(): string[] {
    return this.#lines(`${this.#rest}${this.#decoder.decode()}\n\n`);
  }

  #lines(text: string): string[] {
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text; // the other half of \r\n may follow
    const lines = whole.split(LINE_END);
    this.#rest = (lines.pop() ?? "") + text.slice(whole.length);
    return lines.flatMap((line) => this.#line(line));
  }

  /** Completed data, or nothing: comments and other fields are not for us. */
  #line(line: string): string[] {
    if (line === "") {
      const event = this.#data;
      this.#data = [];
      return event.length > 0 ? [event.join("\n")] : [];
    }
    if (line.startsWith("data:")) this.#data.push(line.slice(line.charAt(5) === " " ? 6 : 5));
    else if (line === "data") this.#data.push("");
    return [];
  }
}
