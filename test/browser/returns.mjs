// What customers begin after the sale, without a script and in their language: a return from order to case, a photo of a
// damaged parcel, an exchange, and a withdrawal by law, with the letters that they lead to.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { seat } from "./desk.mjs";
import { overseen } from "./look.mjs";

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

// The stories from the portal to the money: the customer in their language, without a script; people in the console where
// a person is needed; and the money through the demo's provider.
const stories = [
  { name: "a German withdrawal", language: "de", locale: "de-DE", country: "DE", withdraws: true, remedy: "refund" },
  { name: "a Russian wrong-item claim", language: "ru", locale: "ru-RU", country: "RU", reason: "wrong_item", remedy: "refund" },
  { name: "a US exchange that goes out against a hold on the card", holds: true, language: "en", locale: "en-US", country: "US", reason: "size_fit", remedy: "exchange" },
  { name: "a Japanese damaged parcel that is kept", language: "ja", locale: "ja-JP", country: "JP", reason: "damaged", remedy: "partial_keep" },
];

const words = (file, language) => JSON.parse(readFileSync(new URL(`../../internal/base/i18n/locale/${file}.${language}.json`, import.meta.url), "utf8"));

// holds looks at the cases of the demo whose exchange went out against a sum on the card, one in each state.
export async function holds(check, chrome, desk) {
  await check("money: what became of sums on cards, on the page of each case", async () => {
    const staff = await seat(chrome, desk, desk.logins.find(l => l.role === "owner")), problems = [], states = [];
    try {
      const all = (await (await fetch(desk.api + "/cases?limit=200", { headers: { Authorization: "Bearer " + desk.token } })).json()).data;
      for (const c of all.filter(c => c.kind === "exchange")) {
        const path = "/cases/" + [...c.id.slice(4)].reduce((n, x) => n * 32n + BigInt("0123456789abcdefghjkmnpqrstvwxyz".indexOf(x)), 0n);
        await staff.page.goto(desk.console + path);
        const card = staff.page.locator("[data-hold]").first();
        if (!await card.count() || states.includes(await card.getAttribute("data-hold"))) continue;
        states.push(await card.getAttribute("data-hold"));
        if (!/\$\d/.test(await card.innerText())) problems.push(path + " does not say how much");
        problems.push(...await overseen(staff.page, "case-hold-" + states.at(-1)));
      }
      for (const state of ["taken", "released", "failed", "held"]) if (!states.includes(state)) problems.push(`no case whose sum is ${state}, only ${states}`);
      if (problems.length) throw problems.join("\n");
      return states.join(", ");
    } finally { await staff.close(); }
  });
}

export async function money(check, chrome, desk) {
  const api = async (path, body) => {
    const answer = await fetch(desk.api + path, {
      method: body ? "POST" : "GET", body: body && JSON.stringify(body),
      headers: { Authorization: "Bearer " + desk.token, "Content-Type": "application/json", ...(body && { "Idempotency-Key": crypto.randomUUID() }) },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const used = new Set();
  for (const story of stories) {
    await check(`money: ${story.name}, from the portal to the money`, async () => {
      const o = await chosen(api, story, used);
      used.add(o.id);
      const { page, axed, close } = await visitor(chrome, story.locale);
      const staff = await seat(chrome, desk, desk.logins.find(l => l.role === "owner"));
      try {
        if (story.withdraws) await withdraws(page, desk, o);
        const link = await enter(page, desk, o);
        if (story.withdraws) await go(page, ".cases a");
        else await claims(page, link, story);
        const at = page.url(), number = at.match(/\/case\/(\d+)/)[1];
        const seen = [], hold = story.holds && holder({ api, desk, staff: staff.page, page, axed, at, number, seen });
        const c = await carried({ api, desk, staff: staff.page, page, at, number, order: o, remedy: story.remedy, hold });
        if (!c.resolutions.some(r => r.means.startsWith(story.remedy) && r.state === "done")) throw new Error(`nothing like ${story.remedy} was done: ${JSON.stringify(c.resolutions.map(r => [r.means, r.state]))}`);
        const said = words("return", story.language), told = words("case", story.language);
        await page.goto(at);
        const text = await page.locator("main").innerText(), problems = [...seen, ...await axed(story.remedy, page)];
        if (await page.getAttribute("html", "lang") !== story.language) problems.push("the page is not in " + story.language);
        if (c.phase === "closed" && !text.includes(said["portal.case.is.done"])) problems.push("the customer is not told that it is settled: " + text.slice(0, 300));
        if (story.remedy !== "exchange") {
          if (!text.includes(said["portal.money.paid"])) problems.push("the customer is not told that the money was paid: " + text.slice(0, 600));
          await letter(desk, o.email, l => l.text.includes(told["case.letter.paid"]));
          const paid = (await api("/refunds?limit=200")).data.filter(r => r.order_id === o.id);
          if (paid.length !== 1 || paid[0].state !== "succeeded" || paid[0].owed.amount !== 0 || paid[0].allocations.some(a => a.provider !== "sandbox")) problems.push("the refund: " + JSON.stringify(paid));
        }
        if (problems.length) throw problems.join("\n");
        return `${o.ship_to.country}, order ${o.number}`;
      } finally {
        await staff.close();
        await close();
      }
    });
  }
}

// chosen finds an order that the story can befall: delivered, paid through the provider, with the remedy among its ways out;
// of the story's country.
async function chosen(api, story, used) {
  const open = new Set((await api("/cases?limit=200")).data.flatMap(c => c.lines.map(l => l.order_id)));
  const touched = new Set((await api("/refunds?limit=200")).data.map(r => r.order_id));
  const all = [];
  for (let at = ""; at !== null && all.length < 2000;) {
    const part = await api("/orders?limit=200" + (at && "&cursor=" + encodeURIComponent(at)));
    all.push(...part.data);
    at = part.next_cursor;
  }
  const orders = all
    .filter(o => o.number.startsWith("#GW") && o.email && o.payment_status === "paid" && !o.refunded.amount && o.parcels.length && o.parcels.every(p => p.status === "delivered"))
    .filter(o => !open.has(o.id) && !touched.has(o.id) && !used.has(o.id) && o.ship_to.country === story.country)
    .sort((a, b) => b.placed_at.localeCompare(a.placed_at));
  for (const o of orders) {
    const { offers } = await api("/cases/advice", {
      order_id: o.id, kind: story.withdraws ? "withdrawal" : story.remedy === "exchange" ? "exchange" : "damaged_wrong_missing", wants: story.remedy, evidence: ["photo"],
      items: story.withdraws ? o.lines.map(l => ({ line_id: l.id, quantity: l.quantity, reason: "changed_mind" })) : [{ line_id: o.lines[0].id, quantity: 1, reason: story.reason }],
    });
    const offer = offers.find(x => x.remedy === story.remedy);
    const line = o.lines[0], sum = story.holds ? { held: line.price.amount - line.discount.amount + line.tax.amount } : offer?.money;
    if (offer && !magic(sum) && (!story.holds || o.lines[0].quantity === 1)) return o;
  }
  throw new Error(`no order of ${story.country} has ${story.remedy}; ${orders.length} were tried`);
}

// magic sums are those that the sandbox refuses, delays or sends back, by their last two digits.
function magic(sum) {
  const last = Object.values(sum ?? {}).filter(Number.isInteger).reduce((a, b) => a + b, 0) % 100;
  return last >= 1 && last <= 9;
}

// withdraws declares a withdrawal by law, in two steps and without login.
async function withdraws(page, desk, o) {
  await page.goto(desk.portal + "/withdraw");
  await page.fill("#name", o.ship_to.name || "Anna Muster");
  await page.fill("#number", o.number);
  await page.fill("#contact", o.email);
  await go(page, "button.go");
  await go(page, "button.go");
}

// claims goes from an order to its case: what and why, a photo where one is wanted, the offer.
async function claims(page, link, story) {
  await go(page, `a[href^="${link}/return"]`);
  await page.locator(".pick select").nth(0).selectOption("1");
  await page.locator(".pick select").nth(1).selectOption(story.reason);
  await go(page, "button.go");
  if (page.url().includes("/return/show")) {
    await page.setInputFiles("#file", { name: "photo.png", mimeType: "image/png", buffer: photo });
    await go(page, "button.wide");
    await go(page, "button[name=on]");
  }
  const offer = page.locator(`.way-out input[value^="${story.remedy}."], .way-out input[value="${story.remedy}"]`).first();
  if (!await offer.count()) throw new Error(`no ${story.remedy} among ${await page.locator(".way-out input").evaluateAll(l => l.map(i => i.value))}`);
  await offer.check();
  await go(page, "button.go");
  if (!page.url().includes("/case/")) throw new Error("no case at " + page.url());
}

// carried lets everybody whom a case waits for do what is theirs until the remedy is done: the customer sends the goods back,
// the warehouse scans and counts them, a person approves or carries out. Money is left to its provider.
async function carried({ api, desk, staff, page, at, number, order, remedy, hold }) {
  let c, sent = false;
  for (let round = 0; round < 90; round++) {
    c = (await api("/cases?limit=200")).data.find(x => x.lines.some(l => l.order_id === order.id));
    if (!c) throw new Error("no case of order " + order.number);
    if (hold ? await hold.over(c) : c.phase === "closed" || c.resolutions.some(r => r.means.startsWith(remedy) && r.state === "done")) return c;
    const back = (await api("/returns?limit=200")).data.find(r => r.order_id === order.id && !["received", "cancelled"].includes(r.state));
    if (hold && await hold.asked()) {
      // the customer agreed; the next round finds the exchange on its way
    } else if (back && !sent && (!hold || hold.gone)) {
      await sendsBack(page, at, back);
      sent = true;
    } else if (back && sent) {
      await takesIn(staff, desk, back);
      if (hold) await Promise.all([staff.waitForLoadState("load"), staff.locator("button[name=do][value=gradeA]").first().click()]);
    } else if (c.resolutions.some(r => r.state === "accepted" || r.state === "executing")) {
      for (const r of (await api("/refunds?limit=200")).data) if (r.order_id === order.id && r.state === "requested") await api(`/refunds/${r.id}/approve`, {});
      await staff.goto(`${desk.console}/cases/${number}`);
      const approve = staff.locator("form:has(> [data-key=a])").first(), finish = staff.locator("button[name=done][value=yes]").first(), out = staff.locator('a[href^="/replacements/"]').first();
      if (await approve.count()) {
        if (await approve.locator("[name=why]").count()) await approve.locator("[name=why]").fill("looked at the photo");
        await approve.locator("button").click();
        await staff.waitForLoadState("load");
      } else if (await out.count()) {
        await goesOut({ staff, page, at, out });
        if (hold) hold.gone = true;
      } else if (await finish.count()) {
        await finish.click();
        await staff.waitForLoadState("load");
      }
    }
    await new Promise(r => setTimeout(r, 1000));
  }
  throw new Error(`the case is still ${c.phase}, waits for ${JSON.stringify(c.waits_for)}: ${JSON.stringify(c.resolutions.map(r => [r.means, r.state, r.trigger]))}`);
}

// holder lets the customer have the price held on their card, so that the exchange goes out first, and follows the sum from the
// agreement on the portal to its release, by what the pages say.
function holder({ api, desk, staff, page, axed, at, number, seen }) {
  let sum = "";
  const card = async state => {
    await staff.goto(`${desk.console}/cases/${number}`);
    const text = await staff.locator(`[data-hold=${state}]`).innerText();
    if (!text.includes(sum)) seen.push(`the case does not say that ${sum} is ${state}: ${text}`);
    seen.push(...await overseen(staff, "case-hold-" + state));
    await staff.setViewportSize({ width: 1440, height: 900 });
  };
  return {
    gone: false,
    // asked reports whether the customer agreed just now.
    async asked() {
      if (sum) return false;
      await page.goto(at);
      if (!await page.locator("#hold button.go").count()) return false;
      sum = (await page.locator("#hold button.go").innerText()).match(/\$[\d,.]+/)[0];
      const terms = await page.locator("#hold .lead").innerText();
      if (!terms.includes(sum)) seen.push("the terms are of another sum: " + terms);
      seen.push(...await axed("hold-offered", page));
      await go(page, "#hold button.go");
      if (!(await page.locator("#hold").innerText()).includes(terms)) seen.push("the customer is asked about other terms");
      seen.push(...await axed("hold-asked", page));
      await go(page, "#hold button[name=answer][value=yes]");
      const now = await page.locator("#hold").innerText();
      if (!now.includes(words("hold", "en")["case.letter.hold_began"].split("{{.Sum}}")[1].split("{{.Day}}")[0]) || !now.includes(sum)) seen.push("the customer is not told that it is held: " + now);
      seen.push(...await axed("hold-held", page));
      await card("held");
      return true;
    },
    // over reports whether the sum was released; the customer and the case are told so, and nothing was taken.
    async over(c) {
      const [h] = (await api(`/cases/${c.id}/holds`)).data;
      if (h?.state !== "released") return false;
      await card("released");
      await page.goto(at);
      const now = await page.locator("#hold").innerText();
      if (!now.includes("was released") || !now.includes(sum)) seen.push("the customer is not told that it was released: " + now);
      if (h.taken) seen.push("something was taken of it: " + JSON.stringify(h));
      return true;
    },
  };
}

// goesOut sends a replacement from its page, looks that the customer sees its parcel, and writes down that it was delivered.
async function goesOut({ staff, page, at, out }) {
  await out.click();
  const choose = staff.locator("button[name=do][value=choose]").first();
  await choose.waitFor();
  const had = await staff.locator("ul.stack .hint").last().innerText();
  if (!(await staff.locator("[name=sku]").first().inputValue())) {
    await staff.locator("[name=sku]").first().fill(had.split(" ").pop());
    await Promise.all([staff.waitForLoadState("load"), choose.click()]);
  }
  const number = "00340434" + String(Date.now()).slice(-12);
  await staff.fill("[name=tracking]", number);
  await staff.fill("[name=carrier]", "DHL");
  await Promise.all([staff.waitForLoadState("load"), staff.locator("button[name=do][value=sent]").click()]);
  await staff.locator("text=" + number).first().waitFor();
  await page.goto(at);
  const status = await page.locator("a[href]").evaluateAll(l => l.map(a => a.href));
  const seen = (await page.content()).includes(number);
  if (!seen) {
    const up = new URL(at).pathname.replace(/\/case\/.*/, "");
    await page.goto(new URL(up, at).href);
    if (!(await page.content()).includes(number)) throw new Error(`the customer does not see ${number}; links ${status.slice(0, 20)}`);
  }
  await staff.selectOption("[name=state]", "delivered");
  await Promise.all([staff.waitForLoadState("load"), staff.locator("button[name=do][value=end]").click()]);
}

// sendsBack downloads what the parcel needs and enters a tracking number, as the customer.
async function sendsBack(page, at, back) {
  await page.goto(at);
  for (const name of ["label.pdf", "label-a6.pdf", "code.png"]) {
    const answer = await page.request.get(await page.locator(`a[href*="/${name}"]`).first().evaluate(a => a.href));
    const head = (await answer.body()).subarray(0, 8).toString("latin1");
    if (!answer.ok() || !(head.startsWith("%PDF-") || head.startsWith("\x89PNG"))) throw new Error(`${name}: ${answer.status()}`);
  }
  if (!(await page.locator(".code b").innerText()).replaceAll("-", "").includes(back.rma)) throw new Error("the page has another number than the parcel");
  await page.locator(".number [name=tracking]").first().fill("00340434" + String(Date.now()).slice(-12));
  await go(page, ".number button");
}

// takesIn scans a parcel at the warehouse's door and counts what is in it.
async function takesIn(staff, desk, back) {
  await staff.goto(desk.console + "/warehouse");
  await staff.fill("#door-code", back.rma);
  await Promise.all([staff.waitForURL(/open=/), staff.press("#door-code", "Enter")]);
  await staff.locator("button[name=do][value=all]").click();
  await staff.locator(".door-unit").first().waitFor();
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
