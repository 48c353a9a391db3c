// Every mutant, by area.
import { ACCESS_MUTANTS } from "./access.ts";
import { ADMINISTRATION } from "./administration.ts";
import { CREDENTIALS } from "./credentials.ts";
import { DATABASE } from "./database.ts";
import { DELIVERY } from "./delivery.ts";
import { DOORS } from "./doors.ts";
import { ENDINGS } from "./endings.ts";
import { FILE_MUTANTS } from "./files.ts";
import { GATEWAY_MUTANTS } from "./gateway.ts";
import { INTERVIEW_MUTANTS } from "./interviews.ts";
import { INVITATION_MUTANTS } from "./invitations.ts";
import { METRIC_MUTANTS } from "./metrics.ts";
import type { Mutant } from "./mutant.ts";
import { PROJECT_MUTANTS } from "./projects.ts";
import { REVISIONS } from "./revisions.ts";
import { SEARCH_MUTANTS } from "./search.ts";
import { SENDING } from "./sending.ts";
import { TOOL_MUTANTS } from "./tools.ts";
import { TURN_MUTANTS } from "./turns.ts";

export const MUTANTS: readonly Mutant[] = [
  ...SENDING,
  ...TURN_MUTANTS,
  ...DELIVERY,
  ...DATABASE,
  ...ACCESS_MUTANTS,
  ...CREDENTIALS,
  ...ENDINGS,
  ...DOORS,
  ...REVISIONS,
  ...ADMINISTRATION,
  ...FILE_MUTANTS,
  ...GATEWAY_MUTANTS,
  ...INTERVIEW_MUTANTS,
  ...INVITATION_MUTANTS,
  ...PROJECT_MUTANTS,
  ...METRIC_MUTANTS,
  ...TOOL_MUTANTS,
  ...SEARCH_MUTANTS,
];
