// The console in a real browser. Run by scripts/test; by hand:
//   GODWIT_BIN=./godwit node test/browser/run.mjs [part of a check's name]
// SHOTS=folder keeps a picture of every page.
import { browser, demo, fresh } from "./desk.mjs";
import { live } from "./live.mjs";
import { pages } from "./pages.mjs";
import { parcels } from "./parcels.mjs";
import { portal } from "./portal.mjs";
import { holds, money, returns } from "./returns.mjs";
import { storefront } from "./storefront.mjs";
import { translate } from "./translate.mjs";
import { work } from "./work.mjs";

if (!process.env.GODWIT_BIN) {
  console.error("GODWIT_BIN must name the program to test");
  process.exit(2);
}
const only = process.argv[2] ?? "";
let passed = 0, failed = 0;

// check runs one test and says how it went; the others go on.
async function check(name, test) {
  if (!name.includes(only)) return;
  const began = Date.now();
  try {
    const note = await test();
    passed++;
    console.log(`ok    ${name} (${Date.now() - began} ms)${note ? ": " + note : ""}`);
  } catch (e) {
    failed++;
    console.log(`FAIL  ${name}\n      ${String(e.stack ?? e).replaceAll("\n", "\n      ")}`);
  }
}

const chrome = await browser();
try {
  const desk = await demo();
  try {
    await work(check, chrome, desk);
    await live(check, chrome, desk);
    await translate(check, chrome, desk);
    await parcels(check, chrome, desk);
    await portal(check, chrome, desk);
    await returns(check, chrome, desk);
    await holds(check, chrome, desk);
    await money(check, chrome, desk);
    await storefront(check, chrome, desk);
    await pages(check, chrome, desk, fresh);
  } finally {
    await desk.stop();
  }
} finally {
  await chrome.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
