// What customers begin after the sale, without a script and in their language: a return from order to case, a photo of a
// damaged parcel, an exchange, and a withdrawal by law, with the letters that they lead to.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const photo = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

export async function returns(check, chrome, desk) {
  const answer = await fetch(desk.api + "/orders?limit=200", { headers: { Authorization: "Bearer " + desk.token } });
  const orders = (await answer.json()).data.filter(o => o.number.startsWith("#GW") && o.email && o.parcels.length && o.parcels.every(p => p.status === "delivered"));
  const used = new Set();
  const order = country => {
    const found = orders.find(o => o.ship_to.country === country && !used.has(o.id)) ?? orders.find(o => !used.has(o.id));
    used.add(found.id);
    return found;
  };

  for (const [language, locale, country, reason] of [
    ["ru", "ru-RU", "KZ", "wrong_item"], ["ja", "ja-JP", "JP", "damaged"], ["en", "en-US", "US", "size_fit"], ["ar", "ar-EG", "AE", "defective"],
  ]) {
    await check(`returns: ${reason} from order to case, ${language}`, async () => {
      const o = order(country), problems = [];
      const { page, axed, close } = await visitor(chrome, locale);
      try {
        const link = await enter(page, desk, o);
        await go(page, `a[href^="${link}/return"]`);
        problems.push(...await axed("what", page));
        const rows = page.locator(".pick select");
        await rows.nth(0).selectOption("1");
        await rows.nth(1).selectOption(reason);
        await page.reload();
        await page.locator(".pick select").nth(0).selectOption("1");
        await page.locator(".pick select").nth(1).selectOption(reason);
        await go(page, "button.go");
        if (page.url().includes("/return/show")) {
          await page.setInputFiles("#file", { name: "photo.png", mimeType: "image/png", buffer: photo });
          await go(page, "button.wide");
          if (await page.locator(".files li").count() !== 1) problems.push("the photo is not there");
          problems.push(...await axed("show", page));
          await go(page, "button[name=on]");
        }
        if (!page.url().includes("/return/offers")) throw new Error("no offers at " + page.url());
        problems.push(...await axed("offers", page));
        const offers = page.locator(".way-out input");
        if (await offers.count()) await offers.first().check();
        await go(page, "button.go");
        if (!page.url().includes("/case/")) throw new Error("no case at " + page.url());
        problems.push(...await axed("case", page));
        if (await page.getAttribute("html", "lang") !== language) problems.push("the page is not in " + language);
        if (/portal\.[a-z]+\.[a-z]/.test(await page.content())) problems.push("a text is missing");
        await page.goBack();
        if (await page.locator(".way-out").count()) problems.push("going back, there is still something to send");
        await page.goto(desk.console + link);
        if (await page.locator(".cases li").count() < 1) problems.push("the order does not list its case");
      } finally { await close(); }
      if (problems.length) throw problems.join("\n");
    });
  }

  await check("returns: a German withdrawal in two steps, without login, acknowledged by mail", async () => {
    const o = order("DE"), problems = [];
    const { page, axed, close } = await visitor(chrome, "de-DE");
    try {
      await page.goto(desk.portal.replace(/\/?$/, "/"));
      await go(page, 'a[href$="/withdraw"]');
      problems.push(...await axed("withdraw", page));
      await page.fill("#name", "Anna Muster");
      await page.fill("#number", o.number);
      await page.fill("#contact", o.email);
      await go(page, "button.go");
      if ((await page.locator("button.go").innerText()).trim() !== "Widerruf bestätigen") problems.push("the second step is not called so");
      problems.push(...await axed("confirm", page));
      await go(page, "button.go");
      problems.push(...await axed("declared", page));
      await letter(desk, o.email, l => l.text.includes(o.number.replace("#", "")) || l.subject.includes(o.number.replace("#", "")));
    } finally { await close(); }
    if (problems.length) throw problems.join("\n");
  });
}

// enter finds an order as its customer and proves it with the code that is mailed.
async function enter(page, desk, o) {
  await page.goto(desk.portal);
  await page.fill("#number", o.number);
  await page.fill("#contact", o.email);
  await go(page, "button.go");
  const link = new URL(page.url()).pathname;
  await go(page, `form[action="${link}/code"] button`);
  const code = (await letter(desk, o.email, l => /\b\d{6}\b/.test(l.text))).text.match(/\b\d{6}\b/)[0];
  await page.fill("#code", code);
  await go(page, "button.go");
  return link;
}

// letter waits for the newest letter to somebody that fits.
async function letter(desk, to, fits) {
  for (let i = 0; i < 150; i++) {
    const found = desk.letters().filter(l => l.to === to && fits(l)).at(-1);
    if (found) return found;
    await new Promise(r => setTimeout(r, 200));
  }
  throw new Error("no letter to " + to);
}

// go clicks on what leads to another page, and waits for it.
async function go(page, selector) {
  await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
}

// visitor is a browser without scripts of its pages; axe is put into a copy of the page that has them.
async function visitor(chrome, locale) {
  const context = await chrome.newContext({ viewport: { width: 360, height: 800 }, locale, javaScriptEnabled: false, reducedMotion: "reduce" });
  const judge = await chrome.newContext({ viewport: { width: 360, height: 800 }, locale, bypassCSP: true, reducedMotion: "reduce" });
  const page = await context.newPage();
  const axed = async (name, from) => {
    const problems = [], copy = await judge.newPage();
    await judge.addCookies(await context.cookies());
    await copy.route(from.url(), async route => route.fulfill({ contentType: "text/html; charset=utf-8", body: await from.content() }));
    await copy.goto(from.url());
    await copy.evaluate(axe);
    for (const width of [360, 1280]) {
      await copy.setViewportSize({ width, height: 800 });
      for (const colorScheme of ["light", "dark"]) {
        await copy.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const over = await copy.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) problems.push(`${name}, ${width} px: runs ${over} px out of the window`);
        if (shots) {
          mkdirSync(shots, { recursive: true });
          await copy.screenshot({ path: join(shots, `returns-${name}-${width}-${colorScheme}-${locale}.png`), fullPage: true });
        }
        const { violations } = await copy.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const v of violations) problems.push(`${name}, ${width} px, ${colorScheme}: ${v.id}: ${v.help}`, ...v.nodes.slice(0, 3).map(n => "  " + n.html.slice(0, 200)));
      }
    }
    await copy.close();
    return problems;
  };
  return { page, axed, close: async () => { await context.close(); await judge.close(); } };
}
