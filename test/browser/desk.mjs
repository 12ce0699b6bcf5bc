// Starts the program and signs people in.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const binary = process.env.GODWIT_BIN;
export const program = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

// demo starts the lifelike merchant and returns what it printed: addresses and
// logins. It is a small one, for speed; its story is told by a fixed seed.
export async function demo() {
  const dir = mkdtempSync(join(tmpdir(), "godwit-letters-")), mailed = join(dir, "letters");
  const child = spawn(binary, ["demo", "--json", "--listen", "127.0.0.1:0", "--seed", "7", "--orders", "400", "--tickets", "120", "--pace", "0", "--letters", mailed], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await first(child);
  const letters = () => (existsSync(mailed) ? readFileSync(mailed, "utf8") : "").split("\n").slice(0, -1).map(l => JSON.parse(l));
  return { ...JSON.parse(line), letters, stop: async () => { await stop(child); rmSync(dir, { recursive: true, force: true }); } };
}

// fresh starts a desk that nobody has set up.
export async function fresh() {
  const dir = mkdtempSync(join(tmpdir(), "godwit-browser-"));
  const child = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--database", "sqlite:" + join(dir, "godwit.db")], { stdio: ["ignore", "pipe", "pipe"] });
  const line = await first(child, /http:\/\/\S+/, child.stdout, child.stderr);
  return { console: line.match(/http:\/\/[^\s"]+/)[0].replace(/\/$/, ""), stop: async () => { await stop(child); rmSync(dir, { recursive: true, force: true }); } };
}

// first waits for a line, or for the program's end.
function first(child, like = /^\{/, ...streams) {
  return new Promise((resolve, reject) => {
    const said = [];
    const late = setTimeout(() => { child.kill("SIGKILL"); reject(new Error("the program did not start within two minutes:\n" + said.join("\n"))); }, 120_000);
    for (const stream of streams.length ? streams : [child.stdout]) {
      createInterface({ input: stream }).on("line", line => {
        said.push(line);
        if (like.test(line)) { clearTimeout(late); resolve(line); }
      });
    }
    child.on("exit", code => { clearTimeout(late); reject(new Error(`the program ended with ${code}:\n` + said.join("\n"))); });
  });
}

function stop(child) {
  return new Promise(resolve => {
    if (child.exitCode !== null) return resolve();
    child.on("exit", resolve);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
  });
}

export const browser = () => chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"] });

// seat opens a window in which a person is signed in, and keeps count of all
// that went wrong in it.
export async function seat(chrome, desk, login, options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", ...options });
  const { page, wrong } = await tab(context, desk);
  if (login) {
    await page.goto(desk.console + "/sign-in");
    await page.fill("form:first-of-type [name=email]", login.email);
    await page.fill("form:first-of-type [name=password]:not([type=hidden])", login.password);
    await page.click("form:first-of-type button[type=submit]");
    await page.waitForURL(url => !url.pathname.startsWith("/sign-in"));
  }
  return { context, page, wrong, close: () => context.close() };
}

// tab opens one more page of the same person.
export async function tab(context, desk) {
  const page = await context.newPage();
  return { page, wrong: watch(page, desk) };
}

// watch collects errors of scripts, of the content security policy and of the
// server, and every request to anywhere else.
function watch(page, desk) {
  const wrong = [];
  page.on("console", m => { if (m.type() === "error" && !/status of 404/.test(m.text())) wrong.push("console: " + m.text()); });
  page.on("pageerror", e => wrong.push("script: " + e.message));
  page.on("response", r => { if (r.status() >= 500) wrong.push(`${r.status()} ${r.url()}`); });
  page.on("request", r => { if (!r.url().startsWith(desk.console) && !/^(data|blob|about|chrome-error):/.test(r.url())) wrong.push("asks elsewhere: " + r.url()); });
  return wrong;
}
