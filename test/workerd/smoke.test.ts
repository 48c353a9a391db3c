// The worker starts and answers.
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("answers on /healthz", async () => {
  const response = await exports.default.fetch("http://localhost/healthz");
  expect(await response.json()).toMatchObject({ status: "ok" });
});
