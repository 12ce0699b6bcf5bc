// The live stream is shared by the pages of a browser.
import { seat } from "./desk.mjs";

export async function live(check, chrome, desk) {
  await check("eight pages share one live stream, and the next in line takes over", async () => {
    const login = role => desk.logins.find(l => l.role === role);
    const a = await seat(chrome, desk, login("lead")), b = await seat(chrome, desk, login("owner"));
    let streams = 0;
    a.context.on("request", r => { if (new URL(r.url()).pathname === "/live") streams++; });
    await a.page.goto(desk.console + "/inbox/open");
    await a.page.waitForSelector("#rows .row");
    const numbers = await a.page.$$eval("#rows .row", rows => rows.slice(0, 7).map(r => r.dataset.number));
    const pages = [];
    for (const n of numbers) {
      const page = await a.context.newPage();
      await page.goto(`${desk.console}/t/${n}?view=open`, { timeout: 10_000 });
      pages.push(page);
    }
    if (streams !== 1) throw new Error(`${streams} streams for eight pages`);
    // told has somebody else write a note and waits until the page that shows its ticket has it.
    const told = async (i, text) => {
      const answer = await b.context.request.post(`${desk.console}/t/${numbers[i]}/note`, { multipart: { body: text }, headers: { Origin: desk.console } });
      if (!answer.ok()) throw new Error(`the note was refused: ${answer.status()}`);
      await pages[i].waitForFunction(t => document.querySelector("#messages").textContent.includes(t), text, { timeout: 10_000 });
    };
    for (const i of [0, 3, 6]) await told(i, `Every page hears this, ${i}.`);
    await a.page.close(); // it led
    await told(5, "Somebody else listens now.");
    await pages[0].goto(desk.console + "/reports");
    await told(6, "And so on.");
    const { held, pending } = await pages[2].evaluate(() => navigator.locks.query());
    if (held.length !== 1 || pending.length !== 6) throw new Error(`${held.length} pages lead and ${pending.length} wait`);
    const note = `${streams} streams, one at a time`;
    await a.close();
    await b.close();
    return note;
  });
}
