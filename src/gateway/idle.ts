// The idle time-out: whoever holds nothing but file rooms and says nothing for so long is sent away.
import type { Clock } from "../lib/clock.ts";
import type { Projects } from "./projects.ts";
import type { Rooms } from "./rooms.ts";
import type { Sockets } from "./sockets.ts";
import type { SocketRecord } from "./tables.ts";

export interface IdleOptions {
  clock: Clock;
  /** 0: nobody is sent away. */
  afterMs: number;
  sockets: Pick<Sockets, "all">;
  rooms: Pick<Rooms, "of">;
  projects: Pick<Projects, "of">;
}

export class Idle {
  #o: IdleOptions;

  constructor(options: IdleOptions) {
    this.#o = options;
  }

  /** When the next one may be due, epoch ms; infinite when nobody will be. */
  get due(): number {
    return Math.min(...this.#watched().map(({ heard }) => heard + this.#o.afterMs));
  }

  /** Whose time has run out. */
  over(): SocketRecord[] {
    const { clock, afterMs } = this.#o;
    return this.#watched().filter(({ heard }) => heard + afterMs <= clock.now());
  }

  #watched(): SocketRecord[] {
    const { afterMs, sockets, rooms, projects } = this.#o;
    if (afterMs === 0) return [];
    return [...sockets.all()].filter(({ id, gone }) => {
      const followed = rooms.of(id);
      const others = projects.of(id) !== null || followed.some(({ vocabulary }) => vocabulary !== "file_rooms");
      return gone === null && followed.length > 0 && !others;
    });
  }
}
