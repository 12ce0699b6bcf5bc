// The page that a shop shows its customers: found, told and drawn right in every
// direction, without a script, and telling nothing to those who guess.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { scores } from "./lighthouse.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const locales = { en: "en-US", de: "de-DE", "zh-Hans": "zh-CN", ru: "ru-RU", ar: "ar-EG" };
const widths = [360, 390, 1440], themes = ["light", "dark"];

export async function portal(check, chrome, desk) {
  const orders = await ordersOf(desk);
  const order = orders.find(o => o.parcels.some(p => p.status === "in_customs")) ?? orders.find(o => o.parcels.some(p => p.status === "in_transit")) ?? orders[0];
  const links = {};

  await check("portal: an order is found and told without a script", async () => {
    const { page, wrong, close } = await visitor(chrome, "en", false);
    try {
      const answer = await find(page, desk, " " + order.number.toLowerCase().replace("#", ""), order.email.toUpperCase());
      if (answer.status() !== 200) throw new Error("the server answers " + answer.status());
      links.status = new URL(page.url()).pathname;
      const html = await page.content();
      for (const secret of [order.email, order.ship_to.line1, order.ship_to.phone, order.ship_to.name, order.ship_to.postcode]) {
        if (secret && html.includes(secret)) throw new Error("the page tells " + secret);
      }
      if (!html.includes(order.number) || !html.includes(order.lines[0].title)) throw new Error("the page does not tell the order");
      if (/<script/i.test(html)) throw new Error("there is a script");
      if (wrong.length) throw new Error(wrong.join("\n"));
    } finally { await close(); }
  });

  await check("portal: whoever guesses learns nothing", async () => {
    const { page, close } = await visitor(chrome, "en", false);
    try {
      const said = [];
      for (const [number, contact] of [[order.number, "somebody@else.example"], ["GW-0000001", order.email]]) {
        const answer = await find(page, desk, number, contact);
        said.push(answer.status() + " " + await page.locator("#wrong").innerText());
      }
      if (said[0] !== said[1] || !said[0].startsWith("422")) throw new Error(said.join(" / "));
      const forged = await page.goto(desk.console + links.status.slice(0, -1) + (links.status.endsWith("a") ? "b" : "a"));
      if (forged.status() !== 404) throw new Error("a forged link is answered by " + forged.status());
    } finally { await close(); }
  });

  for (const language of Object.keys(locales)) {
    for (const [name, path] of [["find", () => new URL(desk.portal).pathname], ["status", () => links.status], ["lost", () => links.status + "0"]]) {
      await check(`portal ${name} ${language}`, () => look(chrome, desk, name, path(), language));
    }
  }

  await check("portal: the language is the reader's to choose", async () => {
    const { page, close } = await visitor(chrome, "de", false);
    try {
      await page.goto(desk.console + links.status);
      await page.selectOption("#lang", "he");
      await page.click("footer button");
      if (await page.getAttribute("html", "lang") !== "he" || await page.getAttribute("html", "dir") !== "rtl") throw new Error("the page is not in Hebrew");
      await page.click("a.shop");
      if (await page.getAttribute("html", "lang") !== "he") throw new Error("the choice is forgotten");
    } finally { await close(); }
  });

  await check("portal: pages are small", async () => {
    let sum = 0;
    for (const address of [links.status, (await (await fetch(desk.console + links.status)).text()).match(/href="([^"]+\.css)"/)[1]]) {
      sum += (await (await fetch(desk.console + address)).arrayBuffer()).byteLength;
    }
    if (sum > 30_000) throw new Error(sum + " bytes");
    return sum + " bytes before compression";
  });

  await scores(check, desk, links.status);
}

// ordersOf asks the programs' door for orders of the shop that the demo shows.
async function ordersOf(desk) {
  const answer = await fetch(desk.api + "/orders?limit=200", { headers: { Authorization: "Bearer " + desk.token } });
  return (await answer.json()).data.filter(o => o.number.startsWith("#GW") && o.email);
}

async function visitor(chrome, language, javaScriptEnabled = true) {
  const context = await chrome.newContext({ viewport: { width: 390, height: 900 }, locale: locales[language], javaScriptEnabled, reducedMotion: "reduce" });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", m => { if (m.type() === "error" && !/status of (404|422)/.test(m.text())) wrong.push("console: " + m.text()); });
  page.on("request", r => { if (new URL(r.url()).protocol !== "data:" && !r.url().startsWith("http://127.0.0.1")) wrong.push("asks " + r.url()); });
  return { page, wrong, close: () => context.close() };
}

async function find(page, desk, number, contact) {
  await page.goto(desk.portal);
  await page.fill("#number", number);
  await page.fill("#contact", contact);
  const [answer] = await Promise.all([page.waitForResponse(r => r.request().resourceType() === "document" && r.status() !== 303), page.click("button.go")]);
  await page.waitForLoadState();
  return answer;
}

async function look(chrome, desk, name, path, language) {
  const { page, wrong, close } = await visitor(chrome, language);
  const problems = [];
  try {
    const answer = await page.goto(desk.console + path);
    if (answer.status() !== (name === "lost" ? 404 : 200)) problems.push("the server answers " + answer.status());
    const html = page.locator("html");
    if (await html.getAttribute("lang") !== language) problems.push("the page is in another language than " + language);
    if (await html.getAttribute("dir") !== (language === "ar" ? "rtl" : "ltr")) problems.push("the page reads from the wrong side");
    await page.evaluate(axe);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) problems.push(`${width} px: runs ${over} px out of the window`);
        if (shots) {
          mkdirSync(shots, { recursive: true });
          await page.screenshot({ path: join(shots, `portal-${name}-${width}-${theme}-${language}.png`), fullPage: true });
        }
        if (width === 360) continue;
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const v of violations) problems.push(`${width} px, ${theme}: ${v.id}: ${v.help}`, ...v.nodes.slice(0, 3).map(n => "  " + n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")));
      }
    }
    problems.push(...wrong);
  } finally { await close(); }
  if (problems.length) throw problems.join("\n");
}
