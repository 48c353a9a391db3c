// Watches one attempt for silence and a turn for its total time. One timer, however many tokens pass.
import type { Clock } from "../../lib/clock.ts";
import type { Happening } from "./turns.ts";

export interface Patience {
  firstTokenMs: number;
  stallMs: number;
  /** Of the whole turn, all attempts together. */
  totalMs: number;
}

export class Watchdog {
  #clock: Clock;
  #patience: Patience;
  #turnStartedAt: number;
  #heardAt: number;
  #spoke = false;
  #bark: (happening: Happening) => void;
  #cancel: (() => void) | null = null;

  /** Calls `bark` at most once. Times in epoch ms. */
  constructor(clock: Clock, patience: Patience, turnStartedAt: number, bark: (happening: Happening) => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#turnStartedAt = turnStartedAt;
    this.#heardAt = clock.now();
    this.#bark = bark;
    this.#watch();
  }

  /** The model is at work, though it has said nothing (yet): its time to begin counts anew. */
  working(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Something came from the model. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    if (this.#spoke) return;
    this.#spoke = true;
    this.stop(); // the timer waits for a first token, which may take longer than silence later on
    this.#watch();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #watch(): void {
    const now = this.#clock.now();
    const silence = this.#heardAt + (this.#spoke ? this.#patience.stallMs : this.#patience.firstTokenMs);
    const total = this.#turnStartedAt + this.#patience.totalMs;
    if (now >= total) return this.#bark({ type: "time_up" });
    if (now >= silence) return this.#bark({ type: "silent", waited: this.#spoke ? "stall" : "first_token" });
    this.#cancel = this.#clock.after(Math.min(silence, total) - now, () => this.#watch());
  }
}
