// Searching messages: as one types, and to the place where a hit stands.
import type { Page } from "@playwright/test";
import { composer, connected, expect, newConversation, numbered, send, test, timeline, writeAll } from "./fixtures.ts";

test.beforeEach(({ model }) => model.script(() => ({ text: "All right." })));

const field = (page: Page) => page.getByRole("textbox", { name: "Search" });
const hits = (page: Page) => page.getByRole("list", { name: "Messages found" }).getByRole("listitem");

/** Searchable when the last one is. */
async function write(page: Page, ...contents: string[]): Promise<void> {
  await writeAll(page, contents);
  await expect(async () => {
    const found = await page.evaluate(
      async (q) => (await (await fetch(`/api/v1/search?q=${encodeURIComponent(q)}`)).json()).items.length,
      contents.at(-1)?.slice(0, 100) ?? "",
    );
    expect(found).toBeGreaterThan(0);
  }).toPass();
}

test("a message is found as its words are typed, with its hits marked, and opens where it stands, an hour of scrolling away", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await write(page, "The <b>tide</b> tables of Cuxhaven", ...numbered("note number", 110));
  const there = new URL(page.url()).pathname;
  await newConversation(page);
  const here = new URL(page.url()).pathname;

  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await field(page).pressSequentially("cuxh tide");
  await expect(hits(page)).toHaveCount(0);
  await expect(page.getByText("Nothing found for “cuxh tide”.")).toBeVisible();
  await field(page).fill("tide cuxh");
  await expect(hits(page)).toHaveCount(1);
  await expect(hits(page).first()).toContainText("Ada Lovelace: The <b>tide</b> tables of Cuxhaven");
  await expect(hits(page).first().locator("mark")).toHaveText(["tide", "Cuxhaven"]);

  await field(page).press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${there}?message=1`);
  const row = timeline(page).locator("[data-marked=true]");
  await expect(row).toContainText("tables of Cuxhaven");
  await expect(row).toBeInViewport();
  await expect(row).toBeFocused();
  await expect(timeline(page).locator("[data-marked=true]")).toHaveCount(0);

  await page.goBack();
  await expect(page).toHaveURL(here);
  await page.goForward();
  await expect(timeline(page).locator("[data-marked=true]")).toContainText("tables of Cuxhaven");
});

test("a hit far back opens without what lies between; from there one reads on to the newest, nothing left out", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  const notes = numbered("note", 260);
  await writeAll(page, notes);
  await page.goto(`${new URL(page.url()).pathname}?message=60`);
  const texts = timeline(page).locator(".plain-text");
  const note = (n: number) => timeline(page).getByText(`note ${n}`, { exact: true });
  await expect(note(60)).toBeInViewport();
  await expect(note(260)).toBeAttached();
  expect(await texts.count()).toBeLessThan(200);
  await expect(note(150)).toHaveCount(0);

  // From above and from below: what is read stays where it is.
  const later = page.getByRole("button", { name: "Show later messages" });
  await note(110).evaluate((row) => row.scrollIntoView({ block: "start" }));
  await expect(note(111)).toBeAttached();
  await expect(note(110)).toBeInViewport();
  await note(215).evaluate((row) => row.scrollIntoView({ block: "start" }));
  await expect(async () => {
    if (await later.isVisible()) await later.click({ timeout: 500 });
    await expect(later).toHaveCount(0, { timeout: 500 });
  }).toPass();
  expect(await texts.allInnerTexts()).toEqual(notes.slice(-(await texts.count())));
  await expect(note(215)).toBeInViewport();
});

test("the same hit leads there again, after one has scrolled away", async ({ page, person: _ }) => {
  await newConversation(page);
  await write(page, "The needle", ...numbered("hay", 60));
  await field(page).fill("needle");
  await hits(page).first().click();
  const needle = timeline(page).locator(".plain-text", { hasText: "The needle" });
  await expect(needle).toBeInViewport();
  await page.keyboard.press("Alt+End");
  await expect(needle).not.toBeInViewport();
  await hits(page).first().click();
  await expect(needle).toBeInViewport();
});

test("more hits come by scrolling; the search can be kept to one conversation, and Escape ends it", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await write(page, ...numbered("apple", 30));
  await newConversation(page);
  await write(page, "one more apple");
  await field(page).fill("apple");
  await expect(hits(page)).toHaveCount(20);
  await hits(page).last().scrollIntoViewIfNeeded();
  await expect(hits(page)).toHaveCount(31);
  await page.getByRole("checkbox", { name: /^Only in/ }).check();
  await expect(hits(page)).toHaveCount(1);
  await field(page).press("Escape");
  await expect(field(page)).toHaveValue("");
  await expect(page.getByRole("link", { name: /one more apple/ })).toBeVisible();

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Search in this conversation" }).click();
  await expect(field(page)).toBeFocused();
  await field(page).fill("apple");
  await expect(hits(page)).toHaveCount(1);
});

test("what is no longer searched for is not shown, and a search that fails says so and is tried again", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await write(page, "pears and plums");
  let down = true;
  let slow = () => {};
  await page.route("**/api/v1/search?*", async (route) => {
    const q = new URL(route.request().url()).searchParams.get("q");
    if (down) return route.fulfill({ status: 400, json: { error: { code: "invalid", message: "Not today." } } });
    if (q === "pears")
      await new Promise<void>((resolve) => {
        slow = resolve;
      });
    await route.continue().catch(() => {}); // the page has given it up
  });
  await field(page).fill("plums");
  await expect(page.getByRole("alert").filter({ hasText: "The search did not work. Not today." })).toBeVisible();
  down = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(hits(page)).toHaveCount(1);

  const given = page.waitForEvent("requestfailed", (request) => request.url().includes("q=pears"));
  await field(page).fill("pears");
  await page.waitForRequest((request) => request.url().includes("q=pears"));
  await field(page).fill("nothing of that kind");
  await given;
  slow();
  await expect(page.getByText("Nothing found for “nothing of that kind”.")).toBeVisible();
  await expect(hits(page)).toHaveCount(0);
});

test("a variant that is not shown is found and looked at", async ({ page, person: _, model }) => {
  const fruits = ["apricot", "bergamot", "cherry"];
  model.script(() => ({ text: fruits.shift() ?? "a title" }));
  await newConversation(page);
  await send(page, "Name a fruit");
  await expect(timeline(page).getByText("apricot")).toBeVisible();
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.getByRole("menuitem", { name: "With the same settings" }).click();
  await expect(timeline(page).getByText(/bergamot|cherry/)).toBeVisible();
  await expect(async () => {
    await field(page).fill("");
    await field(page).fill("apricot");
    await expect(hits(page)).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
  await hits(page).first().click();
  await expect(timeline(page).locator(".markdown")).toHaveText("apricot");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("searching in a conversation goes to the list and back to the message", async ({ page, person: _ }) => {
    await newConversation(page);
    await write(page, "quinces in autumn");
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Search in this conversation" }).click();
    await expect(field(page)).toBeFocused();
    await field(page).fill("quinces");
    await hits(page).first().click();
    await connected(page);
    await expect(timeline(page).getByText("quinces in autumn")).toBeInViewport();
    await expect(composer(page)).not.toBeFocused();
  });
});
