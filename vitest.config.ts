import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { outbound, PROVIDER } from "./test/support/outbound-provider.ts";

const migrations = await readD1Migrations("migrations");

/** A test depends on no .dev.vars: these stand over it, and empty counts as not set. */
const UNSET = {
  ENVIRONMENT: "development",
  LOG_LEVEL: "error",
  ...Object.fromEntries(
    ["PASSWORD_PEPPER", "OPENAI_API_KEY", "OPENAI_BASE_URL", "DEFAULT_MODEL", "MODEL_PROVIDERS", "JWKS_URL"].map(
      (name) => [name, ""],
    ),
  ),
};

/** All ways in which src/ imports a package, so that no class of it exists twice. */
const BUNDLED = [
  ...["@hono/zod-openapi", "jose", "openai", "partyserver", "zod", "hono", "hono/cookie", "hono/factory"],
  ...["hono/http-exception", "hono/route", "hono/router/trie-router", "hono/utils/cookie"],
];

export default defineConfig({
  test: {
    // The files of test/golden are the only snapshots: never written by the way.
    update: process.env.UPDATE_GOLDEN === "1" ? "all" : "none",
    // They wait more than they work; one fewer than there are cores would be one.
    maxWorkers: 3,
    // Of tests that may run beside each other: these too wait more than they work.
    maxConcurrency: 16,
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: migrations,
                JWT_SECRET: "test-secret-test-secret-test-secret-0123456789",
                ...UNSET,
                MODEL_PROVIDERS: JSON.stringify({ script: { base_url: `${PROVIDER}/v1` } }),
                MESSAGES_PER_MINUTE: "0",
              },
              outboundService: outbound,
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/workerd/**/*.test.ts"],
          setupFiles: ["test/workerd/setup.ts"],
          // Each waits for a condition; on a busy machine that takes longer than the usual five seconds.
          testTimeout: 60_000,
          // Each file loads the worker anew: a few bundles in place of hundreds of modules halve that time.
          deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
        },
      },
      { test: { name: "node", include: ["test/node/**/*.test.ts", "test/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "failure",
          include: ["test/failure/**/*.test.ts", "test/conformance/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 120_000,
          globalSetup: ["test/support/bundle.ts"],
        },
      },
    ],
  },
});
