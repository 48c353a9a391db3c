// The page in the machine's own Chromium, against the product as `npm start` serves it; the model is a scripted stand-in.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { ADMINISTRATOR, MODEL_PORT, SERVER_PORT } from "./ports.ts";

const root = join(import.meta.dirname, "../..");
const variables = {
  OPENAI_BASE_URL: `http://127.0.0.1:${MODEL_PORT}/v1`,
  OPENAI_API_KEY: "not-a-key",
  DEFAULT_MODEL: "fake",
  // Each test has a person of its own, but long histories are written in one go.
  MESSAGES_PER_MINUTE: "0",
  ADMIN_USERS: ADMINISTRATOR,
};

export default defineConfig({
  testDir: ".",
  outputDir: join(root, "test-results/browser"),
  // One server, one model whose answers the running test scripts.
  workers: 1,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://localhost:${SERVER_PORT}`,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    cwd: root,
    command: [
      "npm start --",
      `--port ${SERVER_PORT} --persist-to ${mkdtempSync(join(tmpdir(), "edgewise-browser-"))}`,
      ...Object.entries(variables).map(([name, value]) => `--var ${name}:${value}`),
    ].join(" "),
    url: `http://localhost:${SERVER_PORT}/healthz`,
    timeout: 120_000,
    reuseExistingServer: process.env.EDGEWISE_REUSE === "1",
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
  },
});
