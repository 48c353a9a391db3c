// Invitations by link, and taking a conversation along as a file.
import type { Page } from "@playwright/test";
import { connected, expect, newConversation, PASSWORD, secondPage, send, test, timeline } from "./fixtures.ts";

test.beforeEach(({ model }) => model.script(() => ({ text: "All right." })));

const members = (page: Page) => page.getByRole("dialog", { name: "Members" });

/** Of a new invitation, made in the open members dialog. */
async function newLink(page: Page): Promise<string> {
  await members(page).getByRole("button", { name: "Create link" }).click();
  const link = members(page).getByRole("textbox", { name: "The new link" });
  await expect(link).toHaveValue(/\/join\/\d+-/);
  return link.inputValue();
}

test("somebody without an account follows a link, signs up, sees what it is to, and joins", async ({
  page,
  browser,
  person: _,
}) => {
  await newConversation(page);
  await page.getByRole("button", { name: "Members", exact: true }).click();
  await members(page).getByRole("combobox", { name: "Role", exact: true }).selectOption("Viewer");
  await members(page).getByRole("combobox", { name: "Can be used" }).selectOption("once");
  const link = await newLink(page);
  await expect(members(page).getByText("Viewer, 1 use left")).toBeVisible();

  const context = await browser.newContext();
  const guest = await context.newPage();
  await guest.goto(link);
  await expect(guest.getByText("You are invited to a conversation.")).toBeVisible();
  await guest.getByRole("link", { name: "Create an account" }).click();
  await guest.getByRole("textbox", { name: "Your name" }).fill("Mary Shelley");
  await guest.getByRole("textbox", { name: "User name" }).fill(`mary-${Date.now().toString(36)}`);
  await guest.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await guest.getByRole("button", { name: "Create account" }).click();
  await expect(guest).toHaveURL(link);
  await expect(guest.getByText("1 member. You join as a viewer")).toBeVisible();
  await guest.getByRole("button", { name: "Join" }).click();
  await expect(guest).toHaveURL(new URL(page.url()).pathname);
  await connected(guest);
  await expect(members(page).getByText("Mary Shelley")).toBeVisible();
  await expect(guest.getByPlaceholder("You can read this conversation, but not write in it.")).toBeVisible();

  await guest.goto(link);
  await expect(guest.getByText("You are a member already:")).toBeVisible();
  await context.close();
});

test("a revoked link says kindly that it is not open any more", async ({ page, browser, person: _ }) => {
  await newConversation(page);
  await page.getByRole("button", { name: "Members", exact: true }).click();
  const link = await newLink(page);
  await members(page).getByRole("button", { name: "Revoke the link (Member)" }).click();
  await expect(members(page).getByRole("list", { name: "Open links" })).toHaveCount(0);
  const other = await secondPage(browser, "Grace Hopper");
  await other.page.goto(link);
  await expect(other.page.getByRole("heading", { name: "This invitation is not open any more" })).toBeVisible();
  await other.page.getByRole("link", { name: "Go to your conversations" }).click();
  await expect(other.page).toHaveURL("/");
  await other.page.context().close();
});

test("whoever may not manage members is not offered links", async ({ page, browser, person: _ }) => {
  await newConversation(page);
  await page.getByRole("button", { name: "Members", exact: true }).click();
  const link = await newLink(page);
  const other = await secondPage(browser, "Grace Hopper");
  await other.page.goto(link);
  await other.page.getByRole("button", { name: "Join" }).click();
  await connected(other.page);
  await other.page.getByRole("button", { name: "Members", exact: true }).click();
  await expect(members(other.page).getByText("Ada Lovelace")).toBeVisible();
  await expect(members(other.page).getByText("Invite by link")).toHaveCount(0);
  await other.page.context().close();
});

test("a conversation is downloaded as Markdown and as JSON", async ({ page, person: _ }) => {
  await newConversation(page);
  await send(page, "Keep this");
  await expect(timeline(page).getByText("All right.")).toBeVisible();
  for (const [item, ending] of [
    ["Download as Markdown", ".md"],
    ["Download as JSON", ".json"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename().endsWith(ending)).toBe(true);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toContain("Keep this");
  }
});
