// The page in the machine's own Chromium, against the product as `npm start` serves it; the model is a scripted stand-in.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { ADMINISTRATOR, modelPort, serverPort, WORKERS } from "./ports.ts";

const root = join(import.meta.dirname, "../..");
const variables = (worker: number) => ({
  OPENAI_BASE_URL: `http://127.0.0.1:${modelPort(worker)}/v1`,
  OPENAI_API_KEY: "not-a-key",
  DEFAULT_MODEL: "fake",
  // Each test has a person of its own, but long histories are written in one go.
  MESSAGES_PER_MINUTE: "0",
  ADMIN_USERS: ADMINISTRATOR,
});

export default defineConfig({
  testDir: ".",
  outputDir: join(root, "test-results/browser"),
  workers: WORKERS,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
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
  webServer: Array.from({ length: WORKERS }, (_, worker) => ({
    cwd: root,
    command: [
      "npm start --",
      `--port ${serverPort(worker)} --persist-to ${mkdtempSync(join(tmpdir(), "edgewise-browser-"))}`,
      ...Object.entries(variables(worker)).map(([name, value]) => `--var ${name}:${value}`),
    ].join(" "),
    url: `http://localhost:${serverPort(worker)}/healthz`,
    timeout: 120_000,
    reuseExistingServer: process.env.EDGEWISE_REUSE === "1",
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 10_000 },
  })),
});
