// The list of one person while others write, in a browser of their own: nothing is clicked and nothing reloaded.
import type { Browser, Page } from "@playwright/test";
import { connected, expect, numbered, post, secondPage, send, test, timeline, writeAll } from "./fixtures.ts";

/** From a message to the others' lists, ms. */
const SOON = { timeout: 3_000 };

const rows = (page: Page) => page.getByRole("navigation", { name: "Conversations" }).getByRole("listitem");

const idOf = (page: Page): Promise<number> => page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).id);

/** Conversations of both, as Grace sees them in a browser of her own. */
async function together(page: Page, browser: Browser, ...titles: string[]): Promise<Page> {
  const grace = await secondPage(browser, "Grace Hopper");
  const member_ids = [await idOf(grace.page)];
  for (const title of titles) await post(page, "/api/v1/conversations", { title, member_ids, assistant_mode: "off" });
  await expect(rows(grace.page)).toHaveCount(titles.length);
  await page.reload();
  return grace.page;
}

async function openRow(page: Page, title: string): Promise<void> {
  await rows(page).filter({ hasText: title }).getByRole("link").click();
  await connected(page);
}

test("a message moves its conversation up in the others' lists, with what is unread, within three seconds", async ({
  page,
  person: _,
  browser,
}) => {
  const grace = await together(page, browser, "Book club", "Garden");
  await expect(rows(grace).first()).toContainText("Garden");
  await openRow(page, "Book club");
  await send(page, "Shall we read it together?");
  await expect(rows(grace).first()).toContainText("Book club", SOON);
  await expect(rows(grace).first()).toContainText("Ada Lovelace: Shall we read it together?", SOON);
  await expect(rows(grace).first()).toContainText("1 unread message");
  await grace.context().close();
});

test("what is read in one window is read in the other", async ({ page, person: _, browser }) => {
  const grace = await together(page, browser, "Book club");
  await openRow(page, "Book club");
  await send(page, "Hello");
  const second = await grace.context().newPage();
  await second.goto("/");
  await expect(rows(second).first()).toContainText("1 unread message");
  await openRow(grace, "Book club");
  await expect(timeline(grace).getByText("Hello")).toBeVisible();
  await expect(rows(second).first()).not.toContainText("unread");
  await grace.context().close();
});

test("what arrives while one reads further up is unread until it has been on the screen", async ({
  page,
  person: _,
  browser,
}) => {
  const grace = await together(page, browser, "Book club");
  await openRow(page, "Book club");
  await writeAll(page, numbered("note", 40));
  const second = await grace.context().newPage();
  await second.goto("/");
  await openRow(grace, "Book club");
  await expect(timeline(grace).getByText("note 40", { exact: true })).toBeInViewport();
  await expect(rows(second).first()).not.toContainText("unread");
  await timeline(grace).evaluate((element) => element.scrollTo(0, 0));
  await expect(timeline(grace).getByText("note 1", { exact: true })).toBeInViewport();
  await send(page, "Far below");
  await expect(rows(second).first()).toContainText("1 unread message");
  await send(page, "Further below");
  await expect(rows(second).first()).toContainText("2 unread messages");
  await grace.getByRole("button", { name: "New messages below" }).click();
  await expect(rows(second).first()).not.toContainText("unread");
  await grace.context().close();
});

test("a conversation that is deleted goes from the others' lists", async ({ page, person: _, browser }) => {
  const grace = await together(page, browser, "Book club");
  await rows(page).hover();
  await page.getByRole("button", { name: "Actions for “Book club”" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete conversation" }).click();
  await expect(rows(grace)).toHaveCount(0);
  await grace.context().close();
});

test("news that a window missed while it was offline are there when it is back", async ({
  page,
  person: _,
  browser,
}) => {
  const grace = await secondPage(browser, "Grace Hopper");
  const member_ids = [await idOf(grace.page)];
  await grace.page.context().setOffline(true);
  await post(page, "/api/v1/conversations", { title: "Book club", member_ids });
  await expect(rows(grace.page)).toHaveCount(0);
  await grace.page.context().setOffline(false);
  await expect(rows(grace.page)).toContainText(["Book club"]);
  await grace.page.context().close();
});
