// vocabularies.md, "Common rules": what holds for every payload.
import { expect, it } from "vitest";
import { forOneself } from "../../../src/vocabularies/payload.ts";

it.each([{}, undefined, "Hi", { user_id: null }, { user_id: 7 }, { user_id: "7" }])(
  "%j speaks for oneself",
  (payload) => {
    expect(forOneself(payload, 7)).toEqual({ ok: true, value: null });
  },
);

it.each([{ user_id: 8 }, { user_id: "8" }, { user_id: "" }, { user_id: "07" }, { user_id: [7, 8] }, { user_id: {} }])(
  "%j speaks for somebody else, which nobody may",
  (payload) => {
    const error = { code: "forbidden", message: "user_id is not yours", field: "user_id" };
    expect(forOneself(payload, 7)).toEqual({ ok: false, error });
  },
);
