// A Medusa shop for the tests of Godwit's driver: on a database of its own (DATABASE_URL), on loopback, silent to the
// outside. It takes one command a line from its standard input and answers each with one line on its standard output; when
// its input ends, it ends.
import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

process.env.MEDUSA_DISABLE_TELEMETRY = 'true';
process.env.NODE_ENV = 'production'; // writes no types beside itself
const write = process.stdout.write.bind(process.stdout);
const answer = message => write(JSON.stringify(message) + '\n');
process.stdout.write = process.stderr.write.bind(process.stderr); // standard output belongs to the answers

const require = createRequire(import.meta.url);
const directory = import.meta.dirname;
const express = require('express');
const loaders = require('@medusajs/medusa/loaders/index');
const { Desk } = await import('./desk.mjs');

// In a process of its own: what migrates keeps modules that do not serve.
execFileSync(process.execPath, [require.resolve('@medusajs/cli/cli.js'), 'db:migrate', '--skip-scripts', '--execute-safe-links'], { cwd: directory, stdio: ['ignore', 2, 2] });

const app = express();
const { container, shutdown } = await loaders.default({ directory, expressApp: app });
const http = await new Promise((done, fail) => { const s = app.listen(0, '127.0.0.1', err => (err ? fail(err) : done(s))); });
const url = `http://127.0.0.1:${http.address().port}`;
const desk = new Desk(url, container);
answer({ ok: { url, key: await desk.open() } });

for await (const line of createInterface({ input: process.stdin })) {
  const { do: verb, ...args } = JSON.parse(line);
  try {
    if (!Desk.verbs.has(verb)) throw new Error(`no verb ${verb}`);
    answer({ ok: (await desk[verb](args)) ?? null });
  } catch (err) {
    answer({ error: String(err?.stack ?? err) });
  }
}
http.close();
await shutdown();
process.exit(0);
