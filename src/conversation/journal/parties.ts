// Owns the table of parties: who is related to an interview or a project chat, and how. A copy of what D1 knows; no decision
// is here.
import * as z from "zod";
import type { Way } from "../../auth/interviews.ts";
import { VIAS } from "../../store/interviews.ts";
import type { Rows } from "./rows.ts";

const WayRow = z.object({ via: z.enum(VIAS), entity_id: z.int() });
const PartyRow = WayRow.extend({ user_id: z.int() });
type PartyRecord = z.infer<typeof PartyRow>;

export class Parties {
  #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  of(userId: number): Way[] {
    return this.#rows.all(WayRow, "SELECT via, entity_id FROM party WHERE user_id = ?", userId);
  }
  all(): PartyRecord[] {
    return this.#rows.all(PartyRow, "SELECT user_id, via, entity_id FROM party ORDER BY user_id, via, entity_id");
  }
  replace(parties: readonly PartyRecord[]): void {
    this.#rows.run("DELETE FROM party");
    for (const { user_id, via, entity_id } of parties)
      this.#rows.run("INSERT INTO party (user_id, via, entity_id) VALUES (?, ?, ?)", user_id, via, entity_id);
  }
}
