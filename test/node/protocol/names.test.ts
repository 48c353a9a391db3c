// Names of people and of what they make are one line, wherever they are given.
import { describe, expect, it } from "vitest";
import { KeyCreate, UserCreate } from "../../../src/protocol/admin.ts";
import { EntityCreate } from "../../../src/protocol/interviews.ts";
import { parse } from "../../../src/protocol/json.ts";
import { ProfilePatch, SignupBody } from "../../../src/protocol/rest.ts";

const DOORS = {
  "a sign-up": (name: string) => parse(SignupBody, { username: "ann", password: "a password", name }),
  "a profile": (name: string) => parse(ProfilePatch, { name }),
  "a user that is made": (name: string) => parse(UserCreate, { username: "ann", name }),
  "a key": (name: string) => parse(KeyCreate, { name, scopes: ["metrics:read"] }),
  "a doctor, patient or hospital": (name: string) => parse(EntityCreate, { name }),
};

describe.each(Object.entries(DOORS))("the name of %s", (_door, named) => {
  it("is one line of any script", () => expect(named(" Zoë O'Neil 王 ")).toMatchObject({ ok: true }));

  it.each(["Ann\nDr. House", "Ann\r", "Ann\u001b[2J.", "Ann\u2028Bob", "Ann\u202eboB"])("is not %j", (name) => {
    const outcome = named(`${name}x`);
    expect(outcome).toMatchObject({ ok: false, error: { code: "invalid", field: "name" } });
  });
});
