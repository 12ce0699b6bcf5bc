// What every page of a shop is looked at for: widths, themes, axe, errors.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const widths = [360, 390, 1440], themes = ["light", "dark"];

// overseen returns what is wrong with a page as it stands: lines that run out of the
// window, and what axe objects to. SHOTS keeps a picture of each look by the name.
export async function overseen(page, name) {
  const problems = [];
  await page.evaluate(axe);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) problems.push(`${width} px: runs ${over} px out of the window`);
      if (shots) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${name}-${width}-${theme}.png`), fullPage: true });
      }
      if (width === 360) continue; // nothing is there that is not at 390 px
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      for (const v of violations) problems.push(`${width} px, ${theme}: ${v.id}: ${v.help}`, ...v.nodes.slice(0, 3).map(n => "  " + n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")));
    }
  }
  return problems;
}
