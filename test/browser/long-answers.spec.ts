// An answer of any length leaves the page free to act while it is put there, and what is read beside it in its place.
import { expect, lastAnswer, newConversation, numbered, send, test, timeline, writeAll } from "./fixtures.ts";

const PARTS = 1_200;
const part = (n: number) =>
  `## Part ${n}\n\nThe *quick* brown fox \`jumps\` over **the lazy** dog, ${"again and again ".repeat(20)}.\n\n- one\n- two\n\n`;

test("half a megabyte of Markdown is rendered in slices, none of which holds the page up", async ({
  page,
  person: _,
  model,
}) => {
  await newConversation(page);
  const tokens = Array.from({ length: PARTS }, (_, n) => part(n));
  model.script(() => ({ tokens, intervalMs: 2 }));
  await send(page, "A book, please");
  await expect(lastAnswer(page)).toHaveAttribute("aria-busy", "false", { timeout: 30_000 });
  // Whatever else the machine does holds the page up now and then; what is rendered in one go does so each time.
  test.slow();
  await expect(async () => {
    await page.reload();
    await expect(lastAnswer(page)).toContainText(`Part ${PARTS - 1}`, { timeout: 20_000 });
    await expect(lastAnswer(page).getByRole("heading", { name: /^Part/ })).toHaveCount(PARTS);
    const longest = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const observer = new PerformanceObserver((list) =>
            resolve(Math.max(...list.getEntries().map(({ duration }) => duration))),
          );
          observer.observe({ type: "longtask", buffered: true });
          setTimeout(() => resolve(0), 1_000); // there was none
        }),
    );
    expect(longest).toBeLessThan(600); // in one go it is a task of a second and a half, in slices of 0.1 s
  }).toPass({ timeout: 60_000 });
});

test("what was gone to behind a long answer stays on the screen while the answer is put there, and the answer itself opens", async ({
  page,
  person: _,
  model,
}) => {
  await newConversation(page);
  const there = new URL(page.url()).pathname;
  const parts = Array.from({ length: 700 }, (_, n) => part(n)); // more than the server sends unread: 256 KiB
  model.script(() => ({ tokens: [parts.join("")] }));
  await send(page, "A book, please");
  await expect(lastAnswer(page)).toHaveAttribute("aria-busy", "false", { timeout: 30_000 });
  await writeAll(page, numbered("note", 60));

  await page.goto(`${there}?message=3`);
  const note = timeline(page).getByText("note 1", { exact: true });
  await expect(note).toBeInViewport();
  await expect(lastAnswer(page).getByRole("heading", { name: /^Part/ })).toHaveCount(700, { timeout: 20_000 });
  await expect(note).toBeInViewport();

  await page.goto(`${there}?message=2`);
  await expect(timeline(page).locator("[data-marked=true]")).toContainText("Part 0");
});
