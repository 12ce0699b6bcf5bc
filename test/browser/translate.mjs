// A customer and an agent who do not speak the same language. It needs Apertium, which scripts/test installs.
import { createConnection } from "node:net";
import { seat } from "./desk.mjs";

// post hands a mail in at the demo's door.
function post(desk, to, mail) {
  const [host, port] = desk.mail.split(":");
  const say = ["HELO mail.example", "MAIL FROM:<customer@mail.example>", `RCPT TO:<${to}>`, "DATA", mail.replaceAll("\n", "\r\n") + "\r\n.", "QUIT"];
  return new Promise((resolve, reject) => {
    const c = createConnection(Number(port), host);
    let heard = "";
    c.setTimeout(10_000, () => { c.destroy(); reject(new Error("the mail door is silent: " + heard)); });
    c.on("error", reject);
    c.on("data", data => {
      heard += data;
      if (/^[45]\d\d /m.test(String(data))) { c.destroy(); return reject(new Error(heard)); }
      if (!/^\d{3} .*\r\n$/m.test(String(data))) return; // more of it comes
      const next = say.shift();
      if (next) c.write(next + "\r\n"); else { c.end(); resolve(); }
    });
  });
}

const call = async (desk, path) => (await (await fetch(desk.api + path, { headers: { Authorization: "Bearer " + desk.token } })).json());

// until asks again until there is an answer.
async function until(what, ask, patience = 20_000) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise(r => setTimeout(r, 250))) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(what);
}

// letter writes a mail of a customer.
const letter = (to, from, subject, language, body) => `From: ${from}
To: ${to}
Subject: =?utf-8?b?${Buffer.from(subject).toString("base64")}?=
Message-ID: <${crypto.randomUUID()}@mail.example>
Date: ${new Date().toUTCString().replace("GMT", "+0000")}
Content-Language: ${language}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

${body}
`;

export async function translate(check, chrome, desk) {
  // The owner's console speaks English.
  const login = desk.logins.find(l => l.role === "owner");
  const comes = async (from, subject, language, body) => {
    const box = (await call(desk, "/mailboxes")).data[0].address;
    await post(desk, box, letter(box, from, subject, language, body));
    return until("the mail never came", async () => (await call(desk, "/tickets?limit=20")).data.find(t => t.subject === subject)?.number);
  };

  await check("a Spanish letter is read and answered in English", async () => {
    const s = await seat(chrome, desk, login);
    const { page, wrong } = s, subject = "Pedido sin noticias " + Date.now();
    const n = await comes("=?utf-8?q?Luc=C3=ADa_Vega?= <lucia.vega@mail.example>", subject, "es", "Hola, mi paquete LX123456789CN no ha llegado todavía.\nEstoy esperando desde el 2026-10-02. ¿Dónde está?");
    await page.goto(`${desk.console}/t/${n}`);
    const lang = await page.getAttribute("html", "lang");
    if (lang !== "en") throw new Error(`the console speaks ${lang}`);
    await page.click("#speech button[name=on]");
    const shown = await until("the letter was not translated", async () => {
      await page.goto(`${desk.console}/t/${n}`);
      const text = await page.locator("#messages .text[lang=en]").first().textContent({ timeout: 500 }).catch(() => "");
      return /arrived/.test(text) && text;
    });
    for (const kept of ["LX123456789CN", "2026-10-02"]) if (!shown.includes(kept)) throw new Error(`${kept} is lost: ${shown}`);
    const original = page.locator("#messages details", { hasText: "Original: Spanish" }).first();
    await original.locator("summary").click();
    if (!(await original.textContent()).includes("no ha llegado todavía")) throw new Error("the original is not one click away");

    await page.click("#speech a[href$='/answer']");
    await page.fill("textarea[name=body]", "Hello Lucía,\nyour parcel LX123456789CN left Madrid and arrives tomorrow.");
    await page.click("button[name=do][value=translate]");
    await page.waitForSelector("textarea[name=target]");
    const [left, right] = await page.$$eval("textarea[name=body], textarea[name=target]", all => all.map(x => { const r = x.getBoundingClientRect(); return { x: r.x, y: r.y, text: x.value, lang: x.lang }; }));
    if (left.x >= right.x || Math.abs(left.y - right.y) > 40) throw new Error(`they do not stand side by side: ${JSON.stringify([left, right])}`);
    if (!/llega|mañana|paquete/.test(right.text) || !right.text.includes("LX123456789CN") || !right.text.includes("Lucía") || right.lang !== "es") throw new Error(`the preview is ${JSON.stringify(right)}`);
    if (desk.letters().some(l => JSON.stringify(l).includes("llegará mañana"))) throw new Error("something left before it was sent");
    // A person mends what the engine made of it; that is kept and shown once more before it leaves.
    const mended = right.text.split("\n")[0] + "\nsu paquete LX123456789CN salió de Madrid y llegará mañana.";
    await page.fill("textarea[name=target]", mended);
    await page.click("button[name=do][value=send]");
    await page.waitForFunction(t => document.querySelector("textarea[name=target]")?.value === t, mended);
    await page.click("button[name=do][value=send]");
    await page.waitForURL(`**/t/${n}`);
    await until("nothing arrived", () => desk.letters().some(l => JSON.stringify(l).includes("salió de Madrid y llegará mañana")), 40_000);
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });

  await check("an Arabic letter runs from right to left beside the English answer", async () => {
    const s = await seat(chrome, desk, login);
    const { page, wrong } = s, subject = "طلبي لم يصل " + Date.now();
    const n = await comes("Layla Haddad <layla.haddad@mail.example>", subject, "ar", "مرحبا، طلبي لم يصل حتى الآن. أين هو؟");
    await page.goto(`${desk.console}/t/${n}/answer`);
    const flow = selector => page.$eval(selector, x => getComputedStyle(x).direction);
    if (await flow(".text[lang=ar]") !== "rtl") throw new Error("the question does not run from right to left");
    await page.fill("textarea[name=body]", "Hello, your parcel arrives tomorrow.");
    await page.click("button[name=do][value=translate]");
    await page.waitForSelector("textarea[name=target]");
    await page.fill("textarea[name=target]", "مرحبا، ستصل شحنتك غدا.");
    await page.click("button[name=do][value=correct]");
    await page.waitForFunction(() => document.querySelector("textarea[name=target]")?.value.startsWith("مرحبا"));
    const ways = [await flow("textarea[name=body]"), await flow("textarea[name=target]"), await flow("html")];
    if (ways.join() !== "ltr,rtl,ltr") throw new Error(`question, answer and page run ${ways}`);
    await page.setViewportSize({ width: 390, height: 844 });
    // On a phone the last button can be brought above the bar at the bottom.
    const under = await page.evaluate(() => {
      const b = document.querySelector("button[value=correct]");
      b.scrollIntoView({ block: "center" });
      return b.getBoundingClientRect().bottom - document.querySelector("nav.rail").getBoundingClientRect().top;
    });
    if (under > 0) throw new Error(`the buttons stay ${under} px under the bar`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > 390) throw new Error(`the page is ${wide} px wide`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/answer-ar-390.png`, fullPage: true });
    if (wrong.length) throw wrong.join("\n");
    await s.close();
  });
}
