// All that is measured, in the order of the table.
import { FIRST_TOKEN } from "./work/first-token.ts";
import { GATEWAY } from "./work/gateway.ts";
import { IDLE } from "./work/idle.ts";
import { NEIGHBOURS } from "./work/neighbours.ts";
import { OPENING } from "./work/opening.ts";
import { RECOVERY } from "./work/recovery.ts";
import { RELAY } from "./work/relay.ts";
import { RESUME } from "./work/resume.ts";
import { SENDING } from "./work/sending.ts";
import type { Work } from "./work/work.ts";
import { WRITES } from "./work/writes.ts";

export const WORKS: readonly Work[] = [
  ...RELAY,
  FIRST_TOKEN,
  SENDING,
  RESUME,
  OPENING,
  ...IDLE,
  WRITES,
  NEIGHBOURS,
  ...GATEWAY,
  RECOVERY,
];
