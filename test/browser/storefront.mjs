// What a shop says before anybody buys, on its own page and on pages of its site, and
// the settings that this comes from. The tests make the state that they need.
import { createServer } from "node:http";
import { seat } from "./desk.mjs";
import { overseen } from "./look.mjs";

const SKU = "BROWSER-TENT";
const plan = {
  currency: "USD", default_grams: 500,
  warehouses: [{ key: "cn", name: "深圳", country: "CN", zone: "Asia/Shanghai", cut_off: "16:00", handling_days: 1 }],
  zones: [{ key: "all", name: "Alle", countries: ["DE", "RU", "CN", "JP", "AE"] }],
  services: [
    { key: "economy", name: { default: "Economy", de: "Sparversand", ru: "Эконом", ar: "اقتصادي", zh: "经济" }, from: ["cn"], rates: [{ zone: "all", days: [7, 12], steps: [{ to_grams: 2000, price: 540 }, { to_grams: 20000, price: 2900 }], free_from: { USD: 15000 } }] },
    { key: "express", name: { default: "Express", de: "Express", ru: "Экспресс", ar: "سريع", zh: "特快" }, from: ["cn"], every_day: true, rates: [{ zone: "all", days: [3, 5], steps: [{ to_grams: 2000, price: 1900 }] }] },
  ],
  returns: { days: 30, free: true },
};

export async function storefront(check, chrome, desk) {
  const api = async (method, path, body) => {
    const answer = await fetch(desk.api + path, { method, headers: { Authorization: "Bearer " + desk.token, "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const owner = await seat(chrome, desk, desk.logins.find(l => l.role === "owner"));
  const site = await elsewhere(desk);
  const shop = (await api("GET", "/shops")).data.find(s => desk.portal.includes(s.name.toLowerCase().replaceAll(" ", "-")));
  await api("PUT", "/exchange-rates/USD/EUR", { value: "0.9" }); // the Union's limits are in euros, Japan's in yen
  await api("PUT", "/exchange-rates/USD/JPY", { value: "150" });
  await api("POST", "/products", { shop_id: shop.id, external_id: SKU, title: "Tent <for> two", variants: [{ external_id: "1", sku: SKU, price: 5000, grams: 900, hs_code: "630622", origin: "CN", supplier: "宁波户外" }] });
  await api("PUT", "/shipping-plans/main", { document: plan });
  await api("PUT", `/shops/${shop.id}/customer-page`, { origins: [site.listed] });
  try {
    await settings(check, chrome, desk, owner, api, shop, site);
    await quotes(check, chrome, desk);
    await widget(check, chrome, desk, site);
    await split(check, chrome, desk, api, shop);
  } finally {
    await owner.close();
    site.server.close();
  }
}

// elsewhere is a site of its own, with a product page that has the widget on it. It is
// reached under two names, of which the shop lists one.
async function elsewhere(desk) {
  const server = createServer((ask, answer) => {
    const at = new URL(ask.url, "http://site"), lang = at.searchParams.get("lang") ?? "en";
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    // As strict as a shop could be: nothing but the widget's own origin.
    answer.setHeader("Content-Security-Policy", `default-src 'none'; script-src ${desk.console}; connect-src ${desk.console}; img-src data:`);
    answer.end(`<!DOCTYPE html><html lang="${lang}" dir="${lang === "ar" ? "rtl" : "ltr"}"><head><title>Tent</title><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<script src="${desk.console}/p/-/shared/widget.1.js" defer></script></head>
<body><main><h1>Tent</h1><godwit-delivery shop="${desk.portal}" sku="${SKU}" country="DE"></godwit-delivery></main></body></html>`);
  });
  await new Promise(ready => server.listen(0, "127.0.0.1", ready));
  const port = server.address().port;
  return { server, listed: "http://127.0.0.1:" + port, other: "http://localhost:" + port };
}

async function settings(check, chrome, desk, owner, api, shop, site) {
  const { page, wrong } = owner;
  const open = async path => { wrong.length = 0; await page.goto(desk.console + path); };
  const calm = () => { const bad = wrong.filter(w => !/status of 422/.test(w)); if (bad.length) throw new Error(bad.join("\n")); }; // 422: what a test has refused on purpose

  const put = async (base, quote, value) => {
    const form = page.locator("form:has(button[value=put])");
    for (const [name, text] of Object.entries({ base, quote, value })) await form.locator(`[name=${name}]`).fill(text);
    await form.locator("button[value=put]").click();
  };
  await check("a rate of one's own is set, told and taken away", async () => {
    for (const [base, quote, value] of [["USD", "CHF", "0.9"], ["USD", "GBP", "0,8"]]) {
      await open("/admin/rates");
      await put(base, quote, value);
      await page.waitForSelector(`tr:has-text("${base}"):has-text("${quote}"):has-text("${value.replace(",", ".")}")`);
    }
    const row = page.locator("tr", { hasText: /USD.*GBP/ }).filter({ has: page.locator("[value=drop]") });
    await row.locator("[value=drop]").click();
    await page.waitForFunction(() => ![...document.querySelectorAll("tr:has([value=drop])")].some(r => /USD[^]*GBP/.test(r.textContent)));
    await put("USD", "USD", "1");
    await page.waitForSelector("[aria-invalid=true], [role=alert]");
    calm();
  });

  await check("a product is found by its SKU and changed by hand", async () => {
    await open("/products");
    await page.fill("#q", SKU.toLowerCase());
    await page.press("#q", "Enter");
    await page.waitForURL("**/products?*q=*");
    const rows = await page.$$eval(".products tbody tr", list => list.map(r => r.innerText));
    if (rows.length !== 1 || !rows[0].includes("Tent <for> two") || !rows[0].includes("630622")) throw new Error("found: " + rows.join(" / "));
    await page.click(".products tbody .rowlink");
    await page.waitForURL("**/products/*");
    if (!(await page.textContent("main")).includes("宁波户外")) throw new Error("the supplier is missing");
    calm();
  });

  await check("a shipping plan is brought as a file, and changed and tried in Chinese", async () => {
    await speak(page, desk, "zh-Hans");
    try {
      await open("/admin/plans");
      await page.setInputFiles("[name=document]", { name: "plan.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(plan)) });
      await page.fill("form[action='/admin/plans/file'] [name=name]", "main");
      await page.click("form[action='/admin/plans/file'] button");
      const field = "[name='services.economy.rates.all.steps.0']";
      await page.waitForSelector(field);
      await page.fill(field, "vier");
      await page.click("form[action='/admin/plans'] button.go");
      await page.waitForSelector("[role=alert]");
      if (await page.inputValue(field) !== "vier") throw new Error("what was typed is lost");
      await page.fill(field, "5,45");
      await page.click("form[action='/admin/plans'] button.go");
      await page.waitForFunction(f => document.querySelector(f)?.value === "5.45", field);
      await page.selectOption("#try [name=country]", "DE");
      await page.fill("#try [name=grams]", "900"); await page.fill("#try [name=worth]", "50");
      await page.click("#try button");
      await page.waitForSelector("#try tbody tr");
      const said = await page.innerText("#try tbody");
      for (const part of ["经济", "特快", "US$5.45", "关税", "30 天"]) if (!said.includes(part)) throw new Error(`no ${part} in: ${said}`);
      if (/[a-z]{4,}/.test(said.replace(/https?:\S+/g, ""))) throw new Error("not all of it is Chinese: " + said);
      const problems = await overseen(page, "plans-zh-Hans");
      if (problems.length) throw new Error(problems.join("\n"));
      calm();
    } finally {
      await page.setViewportSize({ width: 1440, height: 900 });
      await speak(page, desk, "en");
    }
  });

  await check("a shop's look is chosen, kept readable, seen before and on the page", async () => {
    await open("/admin/pages");
    await page.click(`a.rowlink:has-text("${shop.name}")`);
    await page.waitForURL("**/admin/pages/*");
    const preview = () => page.evaluate(async () => { const i = document.querySelector("img.look"); await i.decode(); return (await fetch(i.src)).text(); });
    const before = await preview();
    await page.fill("[name=accent]", "green");
    await page.click("button[name=do][value=save]");
    await page.waitForSelector("[aria-invalid=true][name=accent]");
    await page.fill("[name=accent]", "#ffe14d"); // nobody reads white on this yellow
    await page.setInputFiles("[name=logo]", { name: "logo.png", mimeType: "image/png", buffer: await drawn(page) });
    await page.fill("[name=origins]", site.listed);
    await page.click("button[name=do][value=save]");
    await page.waitForSelector("button[value=unlogo]");
    const after = await preview();
    if (after === before || !after.includes("data:image/png")) throw new Error("the preview is as it was");
    const hint = await page.locator("[name=accent]").evaluate(e => e.closest(".field").innerText);
    const shades = hint.match(/#[0-9a-f]{6}/g);
    if (shades?.length !== 2 || shades[0] === "#ffe14d") throw new Error("nothing is said of the shade: " + hint);
    calm();
    const visitor = await guest(chrome, "en", true);
    try {
      await visitor.page.goto(desk.portal);
      if (!new URL(visitor.page.url()).pathname.endsWith("/")) throw new Error("the page stands at " + visitor.page.url());
      await visitor.page.evaluate(() => document.querySelector("img.logo").decode());
      const shown = await visitor.page.locator("button.go").evaluate(e => getComputedStyle(e).backgroundColor);
      const [r, g, b] = shades[0].match(/[0-9a-f]{2}/g).map(x => parseInt(x, 16));
      if (shown !== `rgb(${r}, ${g}, ${b})`) throw new Error(`the button is ${shown}, not ${shades[0]}`);
      const manifest = await (await fetch(new URL(await visitor.page.getAttribute("link[rel=manifest]", "href"), desk.console))).json();
      if (!new URL(visitor.page.url()).pathname.startsWith(manifest.scope) || !manifest.scope.endsWith("/")) throw new Error("an installed page would keep to " + manifest.scope);
      const problems = [...await overseen(visitor.page, "find-dressed"), ...visitor.wrong];
      if (problems.length) throw new Error(problems.join("\n"));
    } finally { await visitor.close(); }
  });

  await check("what a shop writes by itself is switched, seen in a language, and kept", async () => {
    await open("/admin/proactive");
    await page.click(`a.rowlink:has-text("${shop.name}")`);
    await page.waitForURL("**/admin/proactive/*");
    const was = await page.isChecked("[name=active]"), address = page.url();
    for (const on of [!was, was]) {
      await page.setChecked("[name=active]", on);
      await page.fill("[name=gap_hours]", on ? "14" : "15");
      await page.click("form[method=post][action^='/admin/proactive'] button.go");
      await page.waitForFunction(gap => document.querySelector("[name=gap_hours]")?.defaultValue === gap, on ? "14" : "15");
      await page.goto(address);
      if (await page.isChecked("[name=active]") !== on) throw new Error("the switch is not kept");
    }
    for (const [language, dir, letters] of [["ar", "rtl", /[\u0600-\u06ff]/], ["ru", "ltr", /[а-я]/], ["ja", "ltr", /[\u3040-\u30ff]/]]) {
      await page.selectOption("#preview [name=language]", language);
      await page.selectOption("#preview [name=occasion]", "customs");
      await page.click("#preview button");
      await page.waitForSelector(`#preview [lang=${language}]`);
      const letter = page.locator(`#preview [lang=${language}]`);
      if (await letter.getAttribute("dir") !== dir || !letters.test(await letter.innerText())) throw new Error(`the letter in ${language}: ${await letter.innerText()}`);
    }
    const problems = await overseen(page, "proactive");
    if (problems.length) throw new Error(problems.join("\n"));
    calm();
    await page.setViewportSize({ width: 1440, height: 900 });
  });
}

async function quotes(check, chrome, desk) {
  const words = { en: ["Economy", "$5.4"], ru: ["Эконом", "5,4"], ar: ["اقتصادي"], "zh-Hans": ["经济", "5.4"] };
  for (const [language, parts] of Object.entries(words)) {
    for (const script of [true, false]) {
      await check(`quote page ${language}${script ? "" : " without script"}`, async () => {
        const { page, wrong, close } = await guest(chrome, language, script);
        try {
          await page.goto(desk.portal);
          await page.click("p.back a");
          await page.waitForURL("**/quote*");
          if (await page.getAttribute("html", "lang") !== language) throw new Error("in another language");
          await page.selectOption("#country", "DE");
          await page.fill("#postcode", "24103"); await page.fill("#value", "50"); await page.fill("#weight", "0,9");
          if (await page.$("#currency")) await page.selectOption("#currency", "USD");
          await page.click("button.go");
          await page.waitForSelector(".option");
          const said = await page.innerText("main");
          for (const part of parts) if (!said.includes(part)) throw new Error(`no ${part} in: ${said}`);
          if ((await page.$$(".option .sums")).length !== 2) throw new Error("duty and tax are missing: " + said);
          if (await page.inputValue("#postcode") !== "24103") throw new Error("the question is forgotten");
          const problems = script ? await overseen(page, "quote-" + language) : [];
          problems.push(...wrong);
          if (problems.length) throw new Error(problems.join("\n"));
          await page.click("p.back a");
          await page.waitForSelector("#number");
          if (await page.getAttribute("html", "lang") !== language) throw new Error("the way back is in another language");
        } finally { await close(); }
      });
    }
  }
}

async function widget(check, chrome, desk, site) {
  for (const language of ["en", "ar"]) {
    await check(`the widget on a page of another origin, ${language}`, async () => {
      const { page, wrong, close } = await guest(chrome, language, true);
      try {
        await page.goto(`${site.listed}/tent?lang=${language}`);
        const box = page.locator("godwit-delivery section");
        await box.locator("li").first().waitFor();
        if (await box.getAttribute("dir") !== (language === "ar" ? "rtl" : "ltr")) throw new Error("it reads from the wrong side");
        const said = await box.innerText();
        for (const part of language === "en" ? ["Economy", "$5.4", "Expected", "Customs duty", "Taxes", "30 days"] : ["اقتصادي", "سريع"]) if (!said.includes(part)) throw new Error(`no ${part} in: ${said}`);
        if ((await box.locator("li").count()) !== 2) throw new Error("options: " + said);
        // By keyboard alone: another country, and the focus stays where it was.
        await box.locator("select").focus();
        await page.keyboard.press("Home");
        for (let n = await box.locator("option").evaluateAll(list => list.findIndex(o => o.value === "JP")); n > 0; n--) await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Tab");
        await page.keyboard.type("100-0001");
        const asked = page.waitForResponse("**/quote.json?*country=JP*");
        await page.keyboard.press("Enter");
        await asked;
        await page.waitForFunction(() => document.querySelector("godwit-delivery").shadowRoot.querySelector("select").value === "JP");
        const state = await page.evaluate(() => { const r = document.querySelector("godwit-delivery").shadowRoot; return [r.activeElement?.name, r.querySelector("[name=postcode]").value]; });
        if (state.join() !== "postcode,100-0001") throw new Error("focus and postcode are " + state);
        if (!(await box.innerText()).includes(language === "ar" ? "اقتصادي" : "Economy")) throw new Error("nothing for Japan");
        const small = await page.evaluate(() => [...document.querySelector("godwit-delivery").shadowRoot.querySelectorAll("select, input, button")].filter(e => e.getBoundingClientRect().height < 44).length);
        if (small) throw new Error(small + " controls are too small for a finger");
        const problems = [...await overseen(page, "widget-" + language), ...wrong];
        if (problems.length) throw new Error(problems.join("\n"));
      } finally { await close(); }
    });
  }

  await check("the widget on a page that the shop did not list shows nothing", async () => {
    const { page, close } = await guest(chrome, "en", true);
    try {
      const refused = page.waitForEvent("requestfailed", ask => ask.url().includes("/quote.json?"));
      await page.goto(site.other + "/tent");
      const answer = await fetch((await refused).url(), { headers: { Origin: site.other } });
      if (answer.status !== 403 || answer.headers.get("access-control-allow-origin") || await answer.text()) throw new Error("the answer is " + answer.status);
      const shown = await page.evaluate(() => document.querySelector("godwit-delivery").shadowRoot.childElementCount);
      if (shown) throw new Error("it shows something");
    } finally { await close(); }
  });
}

async function split(check, chrome, desk, api, shop) {
  const number = "#GWSPLIT" + Date.now(), email = "split@buyer.example", ago = days => new Date(Date.now() - days * 864e5).toISOString();
  const tracking = ["GWS1" + Date.now(), "GWS2" + Date.now()];
  let link;
  await check("an order in two parcels is told parcel by parcel", async () => {
    await api("POST", "/orders", {
      shop_id: shop.id, number, email, total: 12900, goods: 12900, placed_at: ago(9), ship_to: { name: "Анна", city: "Berlin", country: "DE" },
      lines: [{ title: "Tent", variant: "أخضر", quantity: 1, price: 9900 }, { title: "帐篷钉", quantity: 3, price: 1000 }],
      parcels: tracking.map(t => ({ carrier: "DHL", tracking: t, shipped_at: ago(7) })),
    });
    await api("POST", "/tracking-events", { events: [
      { carrier: "DHL", number: tracking[0], status: "in_transit", at: ago(6), place: { country: "CN", city: "Shenzhen" } },
      { carrier: "DHL", number: tracking[0], status: "delivered", at: ago(1), place: { country: "DE", city: "Berlin" } },
      { carrier: "DHL", number: tracking[1], status: "in_transit", at: ago(5), place: { country: "CN", city: "Shenzhen" } },
      { carrier: "DHL", number: tracking[1], status: "in_customs", at: ago(2), place: { country: "DE", city: "Leipzig" } },
    ] });
    const { page, close } = await guest(chrome, "en", false);
    try {
      await page.goto(desk.portal);
      await page.fill("#number", number); await page.fill("#contact", email);
      await page.click("button.go");
      await page.waitForURL("**/o/*");
      link = page.url();
      const cards = await page.$$eval("section.card[aria-labelledby^=parcel]", list => list.map(c => c.innerText));
      if (cards.length !== 2 || !cards.some(c => c.includes("Delivered")) || !cards.some(c => c.includes("ustoms"))) throw new Error(cards.join("\n---\n"));
    } finally { await close(); }
  });
  for (const language of ["en", "ru", "ar", "zh-Hans"]) {
    await check(`split parcels and the one-time code ${language}`, async () => {
      const { page, wrong, close } = await guest(chrome, language, true);
      const problems = [];
      try {
        await page.goto(link);
        problems.push(...await overseen(page, "split-" + language));
        await page.locator("form[action$='/code'] button").first().click();
        await page.waitForURL("**/code*");
        problems.push(...await overseen(page, "code-" + language));
        await page.fill("#code", "000000");
        await page.click("button.go");
        await page.waitForSelector("#wrong");
        problems.push(...await overseen(page, "code-wrong-" + language), ...wrong);
        if (await page.inputValue("#code") !== "") problems.push("the wrong code stands there still");
        if (await page.evaluate(() => document.querySelector("form [aria-describedby=wrong], form[aria-describedby=wrong]") === null)) problems.push("what is wrong is not tied to the form");
      } finally { await close(); }
      if (problems.length) throw new Error(problems.join("\n"));
    });
  }
}

const locales = { en: "en-US", de: "de-DE", "zh-Hans": "zh-CN", ru: "ru-RU", ar: "ar-EG" };

// guest is somebody without an account.
async function guest(chrome, language, javaScriptEnabled) {
  const context = await chrome.newContext({ viewport: { width: 390, height: 900 }, locale: locales[language], javaScriptEnabled, reducedMotion: "reduce" });
  const page = await context.newPage(), wrong = [];
  page.on("console", m => { if (m.type() === "error" && !/status of (403|404|422)/.test(m.text())) wrong.push("console: " + m.text()); });
  page.on("pageerror", e => wrong.push("script: " + e.message));
  return { page, wrong, close: () => context.close() };
}

// speak changes the language where a person would, on the account page.
async function speak(page, desk, language) {
  await page.goto(desk.console + "/account");
  await page.selectOption("[name=lang]", language);
  await page.click("form[action='/account'] button[type=submit]");
  await page.waitForFunction(l => document.documentElement.lang === l, language);
}

// drawn is a logo as a shop would upload it: dark, on nothing.
async function drawn(page) {
  const url = await page.evaluate(() => {
    const c = document.createElement("canvas");
    [c.width, c.height] = [320, 96];
    const x = c.getContext("2d");
    x.fillStyle = "#20303a"; x.fillRect(0, 16, 64, 64); x.font = "700 56px sans-serif"; x.fillText("Tent", 84, 68);
    return c.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1], "base64");
}
