// A WebSocket whose other end is in this process: frames travel in order, with a delay, until someone closes or cuts.

const LATENCY_MS = 1;

/** The server's end of a pair. */
export interface ServerEnd {
  readonly url: URL;
  readonly open: boolean;
  onMessage: (text: string) => void;
  onClose: () => void;
  send(text: string): void;
  close(code: number, reason?: string): void;
  /** The network fails: what is under way is lost, and both ends see an abnormal close. */
  cut(): void;
  /** The network fails silently: nothing arrives any more, and nobody is told. */
  freeze(): void;
}

class Closing extends Event {
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super("close");
  }
}

/** A WebSocket class for clients; `accept` gets the other end of each one opened, or refuses it with "refuse". */
export function pairedSockets(accept: (end: ServerEnd) => "refuse" | undefined) {
  return class PairedSocket extends EventTarget {
    readyState = 0;
    binaryType = "blob";
    readonly bufferedAmount = 0;
    readonly #end: ServerEnd;
    /** Bumped by a cut: what was sent before it never arrives. */
    #line = 0;

    constructor(readonly url: string) {
      super();
      this.#end = this.#serverEnd(new URL(url));
      this.#later(() => {
        if (accept(this.#end) === "refuse") return this.#closed(1006, "");
        this.readyState = 1;
        this.dispatchEvent(new Event("open"));
      });
    }

    send(text: string) {
      if (this.readyState === 1) this.#later(() => this.#end.onMessage(text));
    }

    close(code = 1000, reason = "") {
      if (this.readyState >= 2) return;
      this.readyState = 2;
      this.#later(() => this.#closed(code, reason));
    }

    #serverEnd(url: URL): ServerEnd {
      const isOpen = () => this.readyState <= 1;
      return {
        url,
        get open() {
          return isOpen();
        },
        onMessage: () => {},
        onClose: () => {},
        send: (data) => this.#later(() => this.#received(data)),
        close: (code, reason = "") => this.#later(() => this.#closed(code, reason)),
        cut: () => {
          this.#line += 1;
          this.#closed(1006, "");
        },
        freeze: () => {
          this.#line = Number.NaN;
        },
      };
    }

    #received(data: string) {
      if (this.readyState === 1) this.dispatchEvent(new MessageEvent("message", { data }));
    }

    #closed(code: number, reason: string) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.#end.onClose();
      this.dispatchEvent(new Closing(code, reason));
    }

    #later(work: () => void) {
      const line = this.#line;
      setTimeout(() => {
        if (line === this.#line) work();
      }, LATENCY_MS);
    }
  };
}
