// What people do with the console.
import { seat } from "./desk.mjs";

const budget = 60 * 1024; // bytes of page, style, script and pictures of the first load, as they travel

export async function work(check, chrome, desk) {
  const login = role => desk.logins.find(l => l.role === role);

  await check("the first load is light", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const page = await (await s.context.browser().newContext({ storageState: await s.context.storageState() })).newPage();
    const net = await page.context().newCDPSession(page);
    const kinds = new Map(), bytes = {};
    await net.send("Network.enable");
    net.on("Network.responseReceived", e => kinds.set(e.requestId, /icons.*\.svg/.test(e.response.url) ? "Sprite" : e.type));
    net.on("Network.loadingFinished", e => { const k = kinds.get(e.requestId); if (k) bytes[k] = (bytes[k] ?? 0) + e.encodedDataLength; });
    await page.goto(desk.console + "/inbox/mine", { waitUntil: "load" });
    await page.waitForTimeout(300);
    const total = Object.values(bytes).reduce((a, b) => a + b, 0);
    const note = `${total} bytes: ` + Object.entries(bytes).map(([k, n]) => `${k} ${n}`).join(", ");
    await page.context().close();
    await s.close();
    if (total > budget || total < 5000) throw new Error(note);
    return note;
  });

  await check("steps and rules are dragged, and moved back with Escape", async () => {
    const s = await seat(chrome, desk, login("owner"));
    const { page, wrong } = s;
    const grips = list => page.locator(`${list} [data-drag]`);
    const middle = async at => { const b = await at.boundingBox(); return [b.x + b.width / 2, b.y + b.height / 2]; };
    const drag = async (list, from, to, release = () => page.mouse.up()) => {
      await grips(list).nth(Math.min(from, to)).scrollIntoViewIfNeeded();
      await page.mouse.move(...await middle(grips(list).nth(from)));
      await page.mouse.down();
      const [x, y] = await middle(page.locator(`${list} > li`).nth(to));
      await page.mouse.move(x, y + (to > from ? 12 : -12), { steps: 6 });
      await release();
    };
    await page.goto(desk.console + "/admin/automation?shipped=legal#edit");
    const does = () => page.locator("#then select[name=do_step]").evaluateAll(list => list.map(x => x.value).join());
    const before = await does();
    const asked = page.waitForResponse(r => r.request().method() === "POST" && r.url().endsWith("/admin/automation"));
    await drag("#then ol", 0, 2);
    await asked;
    await page.waitForFunction(() => document.querySelector("#then ol li:nth-child(3) [role=group]").getAttribute("aria-label").includes("3"));
    const after = await does(), [a, b, c] = before.split(",");
    if (after !== [b, c, a].join()) throw new Error(`${before} became ${after}`);
    await drag("#then ol", 2, 0, async () => { await page.keyboard.press("Escape"); await page.mouse.up(); });
    if (await does() !== after) throw new Error(`Escape left ${await does()}`);

    await page.goto(desk.console + "/admin/automation");
    const names = () => page.locator("ol[data-order] > li .rowlink").evaluateAll(list => list.map(x => x.textContent));
    const rules = await names();
    const moved = async (from, to) => { const gone = page.waitForNavigation(); await drag("ol[data-order]", from, to); await gone; };
    await moved(0, 1);
    const swapped = await names();
    if (swapped[0] !== rules[1] || swapped[1] !== rules[0]) throw new Error(`${rules} became ${swapped}`);
    const touch = await page.context().newCDPSession(page);
    const [fx, fy] = await middle(grips("ol[data-order]").nth(1)), [, ty] = await middle(page.locator("ol[data-order] > li").nth(0));
    const gone = page.waitForNavigation();
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: fx, y: fy }] });
    for (const y of [fy - 20, ty, ty - 12]) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: fx, y }] });
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await gone;
    if ((await names()).join() !== rules.join()) throw new Error(`a finger left ${await names()}`);
    await s.close();
    if (wrong.length) throw new Error(wrong.join("\n"));
  });

  await check("a reply by keyboard alone, taken back in time", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const { page, wrong } = s;
    const key = k => page.keyboard.press(k);
    await page.goto(desk.console + "/");
    await key("g"); await key("u");
    await page.waitForURL("**/inbox/unassigned*");
    await page.goto(desk.console + "/inbox/open"); // routing may have given out all that had nobody
    await page.waitForSelector("#rows .row");
    const focused = () => page.evaluate(() => document.activeElement.closest(".row")?.id ?? "");
    await key("j"); const one = await focused();
    await key("j"); const two = await focused();
    await key("k"); const back = await focused();
    if (!one || one === two || back !== one) throw new Error(`j, j, k lead to ${one}, ${two}, ${back}`);
    await key("Enter");
    await page.waitForSelector("#ticket[data-number]");
    await key("r");
    await page.waitForFunction(() => document.activeElement.id === "reply-body");
    const text = "Your parcel left on Tuesday. " + Date.now();
    await page.keyboard.type(text);
    await key("Control+Enter");
    await page.waitForFunction(t => document.querySelector("#messages").textContent.includes(t), text);
    await page.waitForSelector("#messages [data-until]");
    if (await page.inputValue("#reply-body") !== "") throw new Error("the composer still holds what was sent");
    if (await page.evaluate(() => document.activeElement.id === "reply-body")) await key("Escape");
    await key("z");
    await page.waitForFunction(t => document.querySelector("#reply-body").value.includes(t), text);
    // What Godwit writes about a case may wait in the same ticket.
    await page.waitForFunction(t => [...document.querySelectorAll("#messages [data-until]")].every(u => !u.closest(".msg").textContent.includes(t)), text);
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });

  await check("on a slow line a draft never disputes with itself or with its reply", async () => {
    const s = await seat(chrome, desk, login("agent"));
    const { page } = s, text = "It left on Monday. " + Date.now(), disputes = [];
    page.on("response", r => { if (r.status() === 409) disputes.push(r.url()); });
    // The reply's own event redraws the page before its answer is back.
    await page.route("**/reply", async route => { const answer = await route.fetch(); await new Promise(r => setTimeout(r, 1800)); await route.fulfill({ response: answer }); });
    await page.route("**/draft", async route => { await new Promise(r => setTimeout(r, 1200)); await route.continue().catch(() => {}); });
    await open(page, desk);
    await page.keyboard.press("r");
    for (const part of [text, " More", " and more"]) { await page.keyboard.type(part); await page.waitForTimeout(900); }
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction(t => document.querySelector("#messages").textContent.includes(t), text + " More and more");
    await page.waitForTimeout(4000); // for the answer, and for savings that come late
    if (await page.inputValue("#reply-body") !== "") throw new Error("what was sent is in the composer again");
    if (disputes.length) throw new Error("409: " + disputes.join(", "));
    await s.close();
  });

  await check("what one writes, the other sees at once", async () => {
    const a = await seat(chrome, desk, login("owner")), b = await seat(chrome, desk, login("lead"));
    const path = await open(a.page, desk);
    await b.page.goto(desk.console + path);
    await b.page.waitForSelector("#ticket[data-number]");
    await b.page.waitForTimeout(500); // for the stream of events to begin
    const text = "Asked the carrier " + Date.now(), began = Date.now();
    await a.page.keyboard.press("n");
    await a.page.keyboard.type(text);
    await a.page.keyboard.press("Control+Enter");
    await b.page.waitForFunction(t => document.querySelector("#messages").textContent.includes(t), text, { timeout: 5000 });
    const took = Date.now() - began;
    if (a.wrong.length + b.wrong.length) throw [...a.wrong, ...b.wrong].join("\n");
    await a.close(); await b.close();
    return `after ${took} ms`;
  });

  await check("a draft outlives the page", async () => {
    const s = await seat(chrome, desk, login("lead"));
    await open(s.page, desk);
    await s.page.keyboard.press("r");
    await s.page.keyboard.type("Saved on the server");
    await s.page.waitForResponse(r => r.request().method() === "PUT" && /\/draft$/.test(r.url()) && r.ok());
    await s.page.evaluate(() => localStorage.clear());
    await s.page.reload();
    if (await s.page.inputValue("#reply-body") !== "Saved on the server") throw new Error("the server forgot: " + await s.page.inputValue("#reply-body"));
    await s.page.focus("#reply-body");
    await s.page.keyboard.press("Control+End");
    await s.page.keyboard.type(", and more in haste");
    await s.page.reload(); // at once: nothing but the device may have it
    await s.page.waitForFunction(() => document.querySelector("#reply-body").value === "Saved on the server, and more in haste");
    await s.close();
  });

  await check("without script: sign in, read, note", async () => {
    const s = await seat(chrome, desk, login("agent"), { javaScriptEnabled: false });
    await s.page.goto(desk.console + "/inbox/all");
    await s.page.click("#rows .row a.open");
    const text = "Written without script " + Date.now();
    await s.page.locator("label:has(#tab-note)").click();
    await s.page.fill("#note-body", text);
    await s.page.click("form[data-compose=note] button[data-send]");
    if (!(await s.page.textContent("#messages")).includes(text)) throw new Error("the note is not in the thread");
    await s.page.locator("label:has(#tab-reply)").click();
    await s.page.fill("#reply-body", "Dear Ana,");
    await s.page.click("[popovertarget=m-macros]");
    await s.page.click("#macro-list [data-macro] >> nth=0");
    const draft = await s.page.inputValue("#reply-body");
    if (!draft.startsWith("Dear Ana,") || draft.length < 20) throw new Error("with a macro the reply holds: " + draft);
    await s.close();
  });

  await check("nobody comes in without a session", async () => {
    const s = await seat(chrome, desk, null);
    for (const path of ["/inbox/mine", "/t/1", "/orders", "/admin/people", "/account"]) {
      await s.page.goto(desk.console + path);
      if (!new URL(s.page.url()).pathname.startsWith("/sign-in")) throw new Error(path + " leads to " + s.page.url());
    }
    const a = await seat(chrome, desk, login("agent"));
    for (const path of ["/admin/people", "/admin/mailboxes", "/reports"]) {
      const answer = await a.page.goto(desk.console + path);
      if (answer.status() !== 403) throw new Error(`an agent gets ${answer.status()} for ${path}`);
    }
    await s.close(); await a.close();
  });
}

// open opens the first ticket of the list and returns its path.
async function open(page, desk) {
  await page.goto(desk.console + "/inbox/open");
  await page.click("#rows .row a.open");
  await page.waitForSelector("#ticket[data-number]");
  await page.locator("#items").focus();
  return new URL(page.url()).pathname;
}
