// Joins an attempt's text to what is stored: the overlap of a continuation is cut, a different answer is noticed, and
// an answer beyond the limit is ended.
import { joinContinuation } from "../../models/continuation.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Pacer } from "./pacer.ts";
import type { Happening } from "./turns.ts";

export class Joiner {
  #stored: string;
  #pacer: Pacer;
  #stop: (happening: Happening) => void;
  #fresh = "";
  #joined: boolean;
  #length: number;

  constructor(stored: string, pacer: Pacer, stop: (happening: Happening) => void) {
    this.#stored = stored;
    this.#pacer = pacer;
    this.#stop = stop;
    this.#joined = stored === "";
    this.#length = stored.length;
  }

  take(text: string): void {
    if (this.#joined) return this.#push(text);
    this.#fresh += text;
    this.#join(false);
  }

  end(): void {
    if (!this.#joined) this.#join(true);
  }

  #join(ended: boolean): void {
    const join = joinContinuation(this.#stored, this.#fresh, ended);
    if (join.state === "diverged") return this.#stop({ type: "diverged" });
    if (join.state === "undecided") return;
    this.#joined = true;
    this.#push(this.#fresh.slice(join.skip));
  }

  #push(text: string): void {
    const room = LIMITS.answerLength - this.#length;
    this.#length += text.length;
    this.#pacer.push(text.slice(0, room));
    if (text.length > room) this.#stop({ type: "too_long" });
  }
}
