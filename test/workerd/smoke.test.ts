import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
it("boots", async () => { expect((await exports.default.fetch(new Request("http://x/"))).status).toBe(503); expect(env.DB).toBeDefined(); });
