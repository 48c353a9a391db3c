// Every pair of text and ground that the styles use keeps WCAG's 4.5 to 1, in both colour schemes.
import { expect, test } from "./fixtures.ts";

/** Text on grounds, by the custom properties of styles/tokens.css. */
const PAIRS: Record<string, string[]> = {
  ink: [
    "paper",
    "paper-sunken",
    "paper-raised",
    "paper-hover",
    "paper-active",
    "accent-wash",
    "danger-wash",
    "warn-wash",
  ],
  "ink-soft": ["paper", "paper-sunken", "paper-raised", "paper-hover", "paper-active", "accent-wash"],
  accent: ["paper", "paper-raised", "accent-wash"],
  danger: ["paper", "paper-raised", "danger-wash"],
  "accent-ink": ["accent", "accent-strong"],
  "danger-ink": ["danger"],
  paper: ["ink"],
};

for (const colorScheme of ["light", "dark"] as const)
  test(`text stands out from its ground in ${colorScheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const weak: string[] = [];
    for (const [text, grounds] of Object.entries(PAIRS))
      for (const ground of grounds) {
        const ratio = contrast(
          await page.evaluate(rgb, `var(--${text})`),
          await page.evaluate(rgb, `var(--${ground})`),
        );
        if (ratio < 4.5) weak.push(`${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    expect(weak).toEqual([]);
  });

/** A CSS colour as the browser paints it. */
function rgb(color: string): number[] {
  const probe = document.createElement("span");
  probe.style.color = color;
  document.body.append(probe);
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) throw new Error("no canvas");
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  probe.remove();
  return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a: number[], b: number[]): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(channels: number[]): number {
  const [r = 0, g = 0, b = 0] = channels.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
