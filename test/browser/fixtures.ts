// What every browser test starts from: people of its own, a model that it scripts, and a watch over the page's manners.
import { type Browser, type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { type FakeProvider, startFakeProvider } from "../support/fake-provider.ts";
import { modelPort, serverPort } from "./ports.ts";

export { expect };

export const PASSWORD = "correct horse battery";

export interface Person {
  username: string;
  name: string;
}

interface Fixtures {
  /** A new user, logged in on `page`, which shows the list. */
  person: Person;
  /** What the page did that no page of ours may do; empty at the end of each test. */
  offences: string[];
}

export const test = base.extend<Fixtures, { model: FakeProvider }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from its first parameter
  baseURL: async ({}, use, { parallelIndex }) => use(`http://localhost:${serverPort(parallelIndex)}`),

  model: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use, { parallelIndex }) => {
      const model = await startFakeProvider({ port: modelPort(parallelIndex) });
      await use(model);
      await model.close();
    },
    { scope: "worker", auto: true },
  ],

  offences: [
    async ({ context, baseURL }, use) => {
      const offences: string[] = [];
      await watch(context, new URL(baseURL ?? "").host, offences);
      await use(offences);
      expect(offences).toEqual([]);
    },
    { auto: true },
  ],

  person: async ({ page }, use) => use(await signUp(page, "Ada Lovelace")),
});

let people = 0;

/** A new account, logged in on the page, which then shows the list. */
export async function signUp(page: Page, name: string): Promise<Person> {
  people += 1;
  const username = `user-${Date.now().toString(36)}-${people}`;
  const answer = await page.request.post("/api/v1/auth/signup", { data: { username, password: PASSWORD, name } });
  expect(answer.status()).toBe(201);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Conversations" })).toBeVisible();
  return { username, name };
}

/** A request of the page itself, with its cookies: Playwright's own requests leave Secure ones out over http. */
export async function post(page: Page, path: string, data: object, method = "POST"): Promise<void> {
  const status = await page.evaluate(
    async ([url, body, method]) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(url, { method, headers, body })).status;
    },
    [path, JSON.stringify(data), method] as const,
  );
  expect(status).toBeLessThan(300);
}

/** Many messages of this person, one after the other and without answers, in the conversation that the page shows. */
export async function writeAll(page: Page, contents: readonly string[]): Promise<void> {
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const statuses = await page.evaluate(
    async ([url, bodies]) => {
      const headers = { "content-type": "application/json" };
      const answers: number[] = [];
      for (const body of bodies) answers.push((await fetch(url, { method: "POST", headers, body })).status);
      return answers;
    },
    [
      `/api/v1/conversations/${id}/messages?wait=false`,
      contents.map((content) => JSON.stringify({ content, answer: false })),
    ] as const,
  );
  expect(new Set(statuses)).toEqual(new Set([202]));
}

/** `word 1` to `word count`. */
export const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${word} ${n + 1}`);

/** A second person in a browser of their own. */
export async function secondPage(browser: Browser, name: string): Promise<{ page: Page; person: Person }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  return { page, person: await signUp(page, name) };
}

export async function newConversation(page: Page): Promise<void> {
  const before = page.url();
  await page.getByRole("button", { name: "New conversation", exact: true }).click();
  await page.waitForURL((url) => /\/c\/\d+$/.test(url.pathname) && url.href !== before);
  await connected(page);
}

/** A second person in a browser of their own, as a member of the conversation that `page` shows. */
export async function invite(
  page: Page,
  browser: Browser,
  name: string,
  role = "member",
): Promise<{ page: Page; person: Person }> {
  const other = await secondPage(browser, name);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  await page.evaluate(
    async ([conversation, username, as]) => {
      const { user_id } = await (await fetch(`/api/v1/users?username=${username}`)).json();
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ user_id, role: as });
      await fetch(`/api/v1/conversations/${conversation}/members`, { method: "POST", headers, body });
    },
    [id, other.person.username, role] as const,
  );
  await other.page.goto(new URL(page.url()).pathname);
  await connected(other.page);
  return other;
}

export async function connected(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector(".status-line[data-state=live]"), null, SOON);
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
}

/** For what tests wait for again and again: an assertion looks once a second after a while, a function at each frame. */
const SOON = { timeout: 10_000 };

export const composer = (page: Page) => page.getByRole("textbox", { name: "Message" });
export const timeline = (page: Page) => page.getByRole("log", { name: "Messages" });
export const answers = (page: Page) => timeline(page).locator("article.answer");
export const lastAnswer = (page: Page) => answers(page).last();

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** The last answer is complete, and this is its text. */
export async function expectAnswer(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    () => [...document.querySelectorAll("article.answer")].at(-1)?.ariaBusy === "false",
    null,
    SOON,
  );
  await expect(lastAnswer(page)).toHaveAttribute("aria-busy", "false");
  await expect(lastAnswer(page).locator(".markdown")).toHaveText(text);
}

async function watch(context: BrowserContext, host: string, offences: string[]): Promise<void> {
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(http|ws)s?:$/.test(url.protocol) && url.host !== host) offences.push(`a request to ${url.host}`);
  });
  context.on("weberror", (error) => offences.push(`an uncaught error: ${error.error().message}`));
  context.on("console", (message) => {
    if (/content security policy/i.test(message.text())) offences.push(message.text());
  });
}
