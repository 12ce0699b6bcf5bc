// Every page, in every width, theme and language: nothing that axe objects to,
// no error, no line that runs out of the window.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { seat, tab } from "./desk.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const widths = [390, 1024, 1440], themes = ["light", "dark"], languages = ["en", "zh-Hans", "ru"];
const locales = { en: "en-US", "zh-Hans": "zh-CN", ru: "ru-RU" };

const fixed = {
  inbox: "/inbox/mine",
  unassigned: "/inbox/unassigned",
  all: "/inbox/all",
  search: "/search?q=order",
  nothing: "/search?q=zzzzzz",
  orders: "/orders",
  parcels: "/parcels",
  "all-parcels": "/parcels?tab=open",
  "traced-parcels": "/parcels?tab=traces",
  "claims-due": "/parcels?claim=soon",
  "no-parcel": "/parcels?q=zzzzzz",
  lanes: "/lanes",
  cases: "/cases",
  "no-case": "/cases?q=zzzzzz",
  refunds: "/refunds",
  recoveries: "/recoveries",
  "paid-refunds": "/refunds?tab=done",
  "bank-transfers": "/transfers",
  warehouse: "/warehouse",
  repairs: "/repairs",
  "what-returns-cost": "/reports/returns",
  policies: "/admin/policies",
  "policy-form": "/admin/policies/form?policy=standard",
  costs: "/admin/costs",
  places: "/admin/places",
  warranties: "/admin/warranties",
  "warranty-plans": "/admin/warranties/plans",
  reports: "/reports",
  wallboard: "/wallboard",
  "macro-languages": "/admin/macros/languages",
  account: "/account",
  security: "/account/security",
  "sign-in-rules": "/admin/security",
  audit: "/admin/audit",
  "audit-of-tokens": "/admin/audit?kind=token",
  webhooks: "/admin/webhooks",
  views: "/views",
  "new-view": "/views/new",
  people: "/admin/people",
  roles: "/admin/roles",
  role: "/admin/roles/lead",
  "new-role": "/admin/roles/new",
  tokens: "/admin/tokens",
  teams: "/admin/teams",
  products: "/products",
  "no-product": "/products?q=zzzzzz",
  plans: "/admin/plans",
  rates: "/admin/rates",
  shops: "/admin/shops",
  "new-shop": "/admin/shops?driver=generic",
  trackers: "/admin/trackers",
  payments: "/admin/payments",
  "refund-limits": "/admin/limits",
  mailboxes: "/admin/mailboxes",
  promises: "/admin/promises",
  routing: "/admin/routing",
  automation: "/admin/automation",
  "new-rule": "/admin/automation?shipped=legal",
  translation: "/admin/translation",
  triage: "/admin/triage",
  "new-routing-rule": "/admin/routing?part=rule",
  "due-first": "/inbox/all?sort=due",
  macros: "/admin/macros",
  markets: "/admin/markets",
  market: "/admin/markets/DE",
  tags: "/admin/tags",
  fields: "/admin/fields",
  "no-such-page": "/no/such/page",
  denied: "/admin/people",
};
// The pages that say what is wrong, and how the server answers.
const refused = { "no-such-page": 404, denied: 403 };
// The pages of one record are found where a person would find them.
const linked = {
  ticket: ["/inbox/all", "#rows a.open"], order: ["/orders", "a[href^='/orders/']:not([href*='?'])"], customer: [null, "a[href^='/customers/']"],
  parcel: ["/parcels?tab=open", "#rows a.open"], "traced-parcel": ["/parcels?tab=traces", "#rows a.open"],
  case: ["/cases?tab=all", "a.open[href^='/cases/']"], recovery: ["/recoveries", "a.rowlink"], refund: ["/refunds", "a[href^='/refunds/']"], replay: ["/admin/policies", "a[href^='/admin/policies/replays/']"],
  mailbox: ["/admin/mailboxes", "a[href^='/admin/mailboxes/']"], macro: ["/admin/macros", "a[href^='/admin/macros/']"],
};
const allowed = {
  owner: [...Object.keys({ ...fixed, ...linked }).filter(name => name !== "denied"), "money-back"],
  lead: ["inbox", "ticket", "reports", "teams", "macros", "tags", "fields", "views"],
  agent: ["inbox", "ticket", "orders", "parcels", "parcel", "account", "search", "views", "denied"],
};

export async function pages(check, chrome, desk, fresh) {
  for (const role of ["owner", "lead", "agent"]) {
    const login = desk.logins.find(l => l.role === role);
    const s = await seat(chrome, desk, login);
    const other = await tab(s.context, desk);
    try {
      await speak(s.page, desk, "en"); // people have languages of their own
      const paths = { ...fixed, ...(await records(s.page, desk)) };
      for (const language of role === "owner" ? languages : ["en"]) {
        if (language !== "en") await check(`${role} chooses ${language}`, () => speak(s.page, desk, language));
        const names = [...allowed[role]];
        await Promise.all([s, other].map(async seen => { // axe keeps a core busy; two windows keep two
          for (let name; (name = names.shift());) await check(`${role} ${name} ${language}`, () => look(seen, desk, name, paths[name], language, role === "owner"));
        }));
      }
      if (role === "owner") await speak(s.page, desk, "en");
    } finally {
      await s.close();
    }
  }
  for (const language of languages) {
    await check(`sign-in ${language}`, async () => {
      const s = await seat(chrome, desk, null, { locale: locales[language] });
      try { await look(s, desk, "sign-in", "/sign-in", language, true); } finally { await s.close(); }
    });
  }
  await check("a page that is wrong is found out", async () => {
    const s = await seat(chrome, desk, null);
    await s.page.route("**/sign-in", async route => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace("</form>", `</form><img src="/static/none.png"><img alt="" width="1500" height="9" src="/static/none.png"><p style="color:red">red</p><font color="#ddd">pale</font><font color="#333">gloomy</font>`);
      await route.fulfill({ response: answer, body });
    });
    const found = await look(s, desk, "wrong", "/sign-in", "en", true).then(() => "", String);
    await s.close();
    const pale = widths.filter(w => w !== 1024).flatMap(w => themes.map(t => `${w} px, ${t}: color-contrast`));
    for (const part of ["runs", "image-alt", "Content Security Policy", ...pale, ">pale<", ">gloomy<"]) if (!found.includes(part)) throw new Error(part + " was not found out: " + found);
  });
  await check("set-up of a new desk", async () => {
    const empty = await fresh();
    try {
      for (const language of languages) {
        const s = await seat(chrome, empty, null, { locale: locales[language] });
        await look(s, empty, "setup", "/", language, true);
        if (!new URL(s.page.url()).pathname.startsWith("/setup")) throw new Error("the first visit leads to " + s.page.url());
        await s.close();
      }
    } finally {
      await empty.stop();
    }
  });
}

async function records(page, desk) {
  const found = {};
  for (const [name, [from, link]] of Object.entries(linked)) {
    await page.goto(desk.console + (from ?? found.order ?? "/orders"));
    const href = await page.locator(link).evaluateAll(links => links.map(a => a.getAttribute("href")).find(h => !h.endsWith("/new")));
    if (href) found[name] = href;
  }
  if (found.order) found["money-back"] = found.order + "/refunds/new?quote=yes&goodwill=5";
  return found;
}

// speak changes the language where a person would, on the account page.
async function speak(page, desk, language) {
  await page.goto(desk.console + "/account");
  await page.selectOption("[name=lang]", language);
  await page.click("form[action='/account'] button[type=submit]");
  await page.waitForFunction(l => document.documentElement.lang === l, language);
}

async function look(s, desk, name, path, language, all) {
  const { page, wrong } = s;
  if (!path) throw new Error("no link to such a page was found");
  wrong.length = 0;
  const problems = [];
  const answer = await page.goto(desk.console + path, { waitUntil: "load" });
  if (answer.status() !== (refused[name] ?? 200)) problems.push("the server answers " + answer.status());
  if (await page.evaluate(() => document.documentElement.lang) !== language) problems.push("the page is in another language than " + language);
  await page.evaluate(axe);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of themes) {
      if (!all && (width !== 1440 || theme === "dark")) continue;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) problems.push(`${width} px, ${theme}: runs ${over} px out of the window: ${await widest(page)}`);
      if (shots && width !== 1024) await picture(page, `${name}-${width}-${theme}-${language}`);
      // Between the narrow and the wide page there is nothing that is in neither; another language has other words on the same page.
      if (width === 1024 || (language !== "en" && (width !== 390 || theme !== "light"))) continue;
      const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false, preload: false, resultTypes: ["violations"] }));
      for (const v of violations) {
        problems.push(`${width} px, ${theme}: ${v.id} (${v.impact}): ${v.help}`, ...v.nodes.slice(0, 3).map(n => "  " + n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")));
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  problems.push(...wrong.filter(w => !(name in refused && w.includes("status of " + refused[name]))));
  if (problems.length) throw problems.join("\n");
}

// widest names what sticks out furthest.
const widest = page => page.evaluate(() => {
  let worst = null, far = innerWidth;
  for (const el of document.body.querySelectorAll("*")) {
    const right = el.getBoundingClientRect().right;
    if (right > far) { far = right; worst = el; }
  }
  return worst ? worst.outerHTML.slice(0, 160) : "nothing in view";
});

async function picture(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, name + ".png") });
}
