// The people that interviews are about, and who is related to whom: kept by administrators, and by hospitals for their own.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import type { Principal } from "../../auth/principal.ts";
import { type ErrorBody, type Outcome, ok, refuse } from "../../protocol/errors.ts";
import {
  AffiliationBody,
  Entity,
  EntityCreate,
  type EntityKind,
  RelationBody,
  RelationEnd,
} from "../../protocol/interviews.ts";
import { numeral } from "../../protocol/json.ts";
import { PageQuery, page } from "../../protocol/rest.ts";
import * as directory from "../../store/directory.ts";
import { findById } from "../../store/people.ts";
import { routes } from "../context.ts";
import { administering } from "../middleware/administering.ts";
import { PATIENT, RELATED } from "../openapi/samples.ts";
import { relationsChanged } from "../related.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["interviews"], security: signedIn, middleware: administering("directory.keep") };
const path = "/api/v1/directory";

const KINDS = { doctors: "doctor", patients: "patient", hospitals: "hospital" } as const satisfies Record<
  string,
  EntityKind
>;
const KindPath = z.object({ kind: z.enum(["doctors", "patients", "hospitals"]) });

const create = createRoute({
  ...base,
  method: "post",
  path: `${path}/{kind}`,
  operationId: "createEntity",
  summary: "Enter a doctor, a patient or a hospital",
  request: { params: KindPath, ...takes(EntityCreate, { name: PATIENT.name }) },
  responses: {
    201: json(Entity, "Entered; of a hospital's making, it is one of the hospital's", PATIENT),
    default: failure,
  },
  ...refuses("conflict"),
});

const list = createRoute({
  ...base,
  method: "get",
  path: `${path}/{kind}`,
  operationId: "listEntities",
  summary: "Doctors, patients or hospitals; a hospital sees its own",
  request: {
    params: KindPath,
    query: PageQuery.extend({ cursor: numeral(z.int().positive()).optional() }),
  },
  responses: {
    200: json(page(Entity), "Newest first", { items: [PATIENT], next_cursor: null }),
    default: failure,
  },
});

const relate = createRoute({
  ...base,
  method: "post",
  path: `${path}/relations`,
  operationId: "createRelation",
  summary: "Relate a user to a patient",
  request: takes(RelationBody, RELATED),
  responses: { 201: json(RelationBody, "Related, also if it was before", RELATED), default: failure },
  ...refuses("forbidden", "not_found"),
});

const unrelate = createRoute({
  ...base,
  method: "delete",
  path: `${path}/relations`,
  operationId: "removeRelation",
  summary: "End a relation; open interviews of the patient are closed to that user",
  request: takes(RelationEnd, RELATED),
  responses: { 204: { description: "There is none, also if there was none before" }, default: failure },
  ...refuses("forbidden", "not_found"),
});

const affiliate = createRoute({
  ...base,
  method: "post",
  path: `${path}/affiliations`,
  operationId: "createAffiliation",
  summary: "Make a doctor or a patient one of a hospital's; by administrators",
  request: takes(AffiliationBody, { hospital_id: 3, patient_id: PATIENT.id }),
  responses: {
    201: json(AffiliationBody, "Done, also if it was before", { hospital_id: 3, patient_id: PATIENT.id }),
    default: failure,
  },
  ...refuses("forbidden", "not_found"),
});

/** Of whom a caller may see: an administrator of all (null), a hospital of its own. */
async function scopeOf(db: D1Database, { role, user_id }: Principal): Promise<Outcome<number | null>> {
  if (role === "admin") return ok(null);
  const hospital = await directory.profileOf(db, "hospital", user_id);
  if (hospital !== null) return ok(hospital);
  return refuse("forbidden", "You have no hospital yet: an administrator enters it with your user id.");
}

const missing = (what: string): ErrorBody => ({
  code: "not_found",
  message: `There is no such ${what}.`,
  field: `${what}_id`,
});

// The fixed paths first: `{kind}` would take them.
export const directories = routes()
  .openapi(relate, async (c) => {
    const body = c.req.valid("json");
    const scope = await scopeOf(c.env.DB, c.get("principal"));
    if (!scope.ok) return refused(c, scope.error);
    if (!(await directory.findEntity(c.env.DB, "patient", body.patient_id, scope.value)))
      return refused(c, missing("patient"));
    if (!(await findById(c.env.DB, body.user_id))) return refused(c, missing("user"));
    await directory.relate(c.env.DB, body);
    await relationsChanged(c.env, body.patient_id);
    return c.json(body, 201);
  })
  .openapi(unrelate, async (c) => {
    const body = c.req.valid("json");
    const scope = await scopeOf(c.env.DB, c.get("principal"));
    if (!scope.ok) return refused(c, scope.error);
    if (!(await directory.findEntity(c.env.DB, "patient", body.patient_id, scope.value)))
      return refused(c, missing("patient"));
    await directory.unrelate(c.env.DB, body);
    await relationsChanged(c.env, body.patient_id);
    return c.body(null, 204);
  })
  .openapi(affiliate, async (c) => {
    const body = c.req.valid("json");
    if (c.get("principal").role !== "admin")
      return refused(c, { code: "forbidden", message: "Only administrators may do this." });
    const [kind, id] =
      "doctor_id" in body ? (["doctor", body.doctor_id] as const) : (["patient", body.patient_id] as const);
    if (!(await directory.findEntity(c.env.DB, "hospital", body.hospital_id))) return refused(c, missing("hospital"));
    if (!(await directory.findEntity(c.env.DB, kind, id))) return refused(c, missing(kind));
    await directory.affiliate(c.env.DB, body.hospital_id, id);
    await relationsChanged(c.env, id);
    return c.json(body, 201);
  })
  .openapi(create, async (c) => {
    const { name, user_id = null } = c.req.valid("json");
    const kind = KINDS[c.req.valid("param").kind];
    const scope = await scopeOf(c.env.DB, c.get("principal"));
    if (!scope.ok) return refused(c, scope.error);
    if (kind === "hospital" && scope.value !== null)
      return refused(c, { code: "forbidden", message: "Only administrators may do this." });
    if (user_id !== null && !(await findById(c.env.DB, user_id))) return refused(c, missing("user"));
    const entity = { kind, name, user_id, hospital: scope.value };
    const added = await directory.addEntity(c.env.DB, entity, c.get("clock").now());
    if (!added) return refused(c, { code: "conflict", message: `This user is a ${kind} already.`, field: "user_id" });
    return c.json(added, 201);
  })
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const scope = await scopeOf(c.env.DB, c.get("principal"));
    if (!scope.ok) return refused(c, scope.error);
    const kind = KINDS[c.req.valid("param").kind];
    return c.json(await directory.listEntities(c.env.DB, kind, scope.value, cursor ?? null, limit), 200);
  });
