// The parcels board: by keyboard alone, and live when a carrier tells something.
import { seat } from "./desk.mjs";

export async function parcels(check, chrome, desk) {
  const login = role => desk.logins.find(l => l.role === role);
  const api = async (method, path, body) => {
    const answer = await fetch(desk.api + path, { method, headers: { Authorization: "Bearer " + desk.token, "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const tell = event => api("POST", "/tracking-events", { events: [event] });
  const tab = (page, name) => page.evaluate(n => document.querySelector(`#tabs a[href*="tab=${n}"] .count`).textContent, name);

  await check("the parcels board by keyboard alone", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const { page, wrong } = s, key = k => page.keyboard.press(k);
    await page.goto(desk.console + "/inbox/mine");
    await key("g"); await key("b");
    await page.waitForURL("**/parcels*");
    await key("8"); // all that are open
    await page.waitForURL("**/parcels?*tab=open*");
    await page.waitForSelector("#rows .row");
    const all = await page.$$eval("#rows .row", rows => rows.length);
    await key("f");
    await page.waitForSelector("#filter:popover-open");
    await page.waitForFunction(() => document.activeElement.name === "from");
    await page.keyboard.type("cn");
    await key("Enter");
    await page.waitForURL("**/parcels?*from=cn*");
    const lanes = await page.$$eval("#rows .laned", links => links.map(a => a.textContent.trim()));
    if (!lanes.length || lanes.some(l => !l.startsWith("CN →"))) throw new Error("parcels from China: " + lanes.join(", "));
    await page.click(".filters .chip");
    await page.waitForFunction(n => document.querySelectorAll("#rows .row").length === n, all);
    const focused = () => page.evaluate(() => document.activeElement.closest(".row")?.id ?? "");
    await key("j"); const one = await focused();
    await key("j"); const two = await focused();
    await key("k"); const back = await focused();
    if (!one || one === two || back !== one) throw new Error(`j, j, k lead to ${one}, ${two}, ${back}`);
    await key("/");
    const number = await page.textContent("#rows .row .open");
    await page.keyboard.type(number.trim().toLowerCase().replace(/(....)/g, "$1 "));
    await key("Enter");
    await page.waitForURL("**/parcels?*q=*");
    const found = await page.$$eval("#rows .row .open", links => links.map(a => a.textContent.trim()));
    if (found.length !== 1 || found[0] !== number.trim()) throw new Error(`${number} finds ${found.join(", ")}`);
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });

  await check("a parcel changes on the board when its carrier tells something", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const { page, wrong } = s, number = "GWLIVE" + Date.now();
    await tell({ carrier: "DHL", number, status: "in_transit", at: new Date(Date.now() - 36e5).toISOString(), place: { country: "DE", city: "Leipzig" } });
    await page.goto("about:blank"); // the page before had a stream of its own
    const live = page.waitForResponse("**/live");
    await page.goto(`${desk.console}/parcels?q=${number}`);
    await live;
    const pickup = await tab(page, "pickup");
    await tell({ carrier: "DHL", number, status: "ready_for_pickup", at: new Date().toISOString(), place: { country: "DE", city: "Leipzig" } });
    await page.waitForSelector("#rows .row[data-state=ready_for_pickup]", { timeout: 10_000 });
    await page.waitForFunction(was => document.querySelector(`#tabs a[href*="tab=pickup"] .count`).textContent !== was, pickup, { timeout: 10_000 });
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });

  await check("a parcel's page is corrected by hand and follows its carrier", async () => {
    const s = await seat(chrome, desk, login("owner"));
    const { page, wrong } = s, number = "GWPAGE" + Date.now(), ago = h => new Date(Date.now() - h * 36e5).toISOString();
    await tell({ carrier: "DHL", number, status: "in_transit", at: ago(30), code: "DEP", text: "Abgefahren", place: { country: "DE", city: "Leipzig" } });
    await tell({ carrier: "DHL", number, status: "delivered", at: ago(20), place: { country: "DE", city: "Berlin" } });
    await page.goto(`${desk.console}/parcels?q=${number}`);
    await page.keyboard.press("j"); await page.keyboard.press("Enter");
    await page.waitForSelector("[data-parcel-page]");
    await page.click("#parcel-told details >> nth=-1");
    if (!(await page.textContent("#parcel-told")).includes("Abgefahren")) throw new Error("the carrier's own words are missing");
    await page.click("details:has(form[action$='/correct']) > summary");
    await page.selectOption("[name=status]", "in_transit");
    await page.fill("[name=why]", "The customer has a letter from the depot");
    await page.click("form[action$='/correct'] button");
    await page.waitForSelector("#parcel-told .chip");
    if (!(await page.textContent("#parcel-told")).includes("letter from the depot")) throw new Error("why it was corrected is missing");
    const address = page.url();
    await page.goto("about:blank");
    const live = page.waitForResponse("**/live");
    await page.goto(address);
    await live;
    const before = await page.locator("#parcel-told li").count(); // the demo's own service may tell of it as well
    await tell({ carrier: "DHL", number, status: "out_for_delivery", at: new Date().toISOString(), place: { country: "DE", city: "Berlin" } });
    await page.waitForFunction(n => document.querySelectorAll("#parcel-told li").length > n, before, { timeout: 10_000 });
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });

  await check("traces of selected parcels by keyboard, and one of them to its end", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const { page, wrong } = s, key = k => page.keyboard.press(k), stamp = String(Date.now()).slice(-9);
    const numbers = [1, 2].map(n => `4PX3${stamp}${n}CN`), ago = days => new Date(Date.now() - days * 864e5).toISOString();
    for (const number of numbers) await tell({ carrier: "4PX", number, status: "in_transit", at: ago(20), place: { country: "CN", city: "Shenzhen" } });
    await page.goto(desk.console + "/parcels?tab=open&carrier=4px");
    await page.waitForSelector("#rows .row");
    await key("j"); await key("x"); await key("j"); await key("x");
    await page.waitForSelector(".bulk b:has-text('2')");
    await page.dblclick(".bulk button[type=submit]");
    await page.waitForSelector("#bulk-said li >> nth=1");
    const said = await page.$$eval("#bulk-said li", list => list.length);
    if (said !== 2) throw new Error(`${said} answers for two parcels`);
    const open = await api("GET", "/traces?open=true&limit=100");
    for (const number of numbers) {
      const n = open.data.filter(t => t.number === number).length;
      if (n !== 1) throw new Error(`${number} has ${n} open traces`);
    }
    await page.click("#bulk-said [data-close]");
    await page.goto(desk.console + "/parcels?tab=traces");
    await page.waitForSelector("#rows .traced");
    await page.goto(`${desk.console}/parcels?q=${numbers[0]}`);
    await key("j"); await key("Enter");
    await page.waitForSelector("#traces article");
    const press = async what => { await page.focus(what); await key("Enter"); };
    await press("#traces summary >> nth=0");
    await page.fill("#traces [name=reference]", "C-" + stamp);
    await press("#traces button[value=sent]");
    await page.waitForSelector("#traces article:has-text('C-" + stamp + "')");
    await press("#traces summary >> nth=0");
    await press("#traces button[value=found]");
    await page.waitForSelector("#traces .chip[data-tone=good]");
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });
}
