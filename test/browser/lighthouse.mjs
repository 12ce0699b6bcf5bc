// What Lighthouse says of the page that a shop shows its customers, on a slow phone.
// Accessibility, best practices and findability are held to 100; the speed is told and
// not held, for it is the machine's as well.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { program } from "./desk.mjs";

export async function scores(check, desk, status) {
  const folder = mkdtempSync(join(tmpdir(), "godwit-lighthouse-"));
  const chrome = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0", "--user-data-dir=" + folder, "about:blank"], { stdio: "ignore" });
  try {
    const port = await portOf(folder);
    for (const [name, address, skip] of [["find", desk.portal, []], ["status", desk.console + status, ["is-crawlable"]],
      ["policy", desk.portal.replace(/\/?$/, "/returns"), []], ["withdraw", desk.portal.replace(/\/?$/, "/withdraw"), []]]) { // a status is nobody's to find
      await check("portal lighthouse " + name, async () => {
        const lhr = await measure(address, port, skip);
        const marks = Object.values(lhr.categories).map(c => c.id + " " + Math.round(c.score * 100));
        const wrong = Object.values(lhr.categories).filter(c => c.id !== "performance" && c.score < 1).flatMap(c => c.auditRefs.filter(r => r.weight > 0 && lhr.audits[r.id].score !== null && lhr.audits[r.id].score < 1))
          .map(r => `${r.id}: ${lhr.audits[r.id].title} ${lhr.audits[r.id].explanation ?? ""}`);
        if (lhr.runtimeError) wrong.push(lhr.runtimeError.message);
        if (wrong.length) throw marks.join(", ") + "\n" + wrong.join("\n");
        return marks.join(", ");
      });
    }
  } finally {
    chrome.kill();
    await new Promise(done => chrome.once("exit", done));
    await empty(folder);
  }
}

// empty removes the folder of a browser, whose own processes may write a moment longer than it lives. What stays goes with
// the folder of all tests.
async function empty(folder) {
  for (let left = 50; left > 0; left--) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch {
      await new Promise(done => setTimeout(done, 100));
    }
  }
}

// measure measures a page, again where Lighthouse could not record how it loaded: that says
// nothing of the page.
async function measure(address, port, skip) {
  for (let left = 2; ; left--) {
    const { lhr } = await lighthouse(address, { port, output: "json", logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices", "seo"], skipAudits: skip });
    if (!lhr.runtimeError || left === 0) return lhr;
  }
}

// portOf waits until a browser has said where it listens.
async function portOf(folder) {
  for (let i = 0; i < 100; i++) {
    try { // the file is there before it says anything
      const port = Number(readFileSync(join(folder, "DevToolsActivePort"), "utf8").split("\n")[0]);
      if (port > 0) return port;
    } catch { /* not yet */ }
    await new Promise(done => setTimeout(done, 100));
  }
  throw new Error("the browser does not listen");
}
