// A Vendure shop for the tests of Godwit's driver: in memory, on loopback, silent to the outside. It takes one command a
// line from its standard input and answers each with one line on its standard output; when its input ends, it ends.
process.env.VENDURE_DISABLE_TELEMETRY = 'true';

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

const write = process.stdout.write.bind(process.stdout);
const answer = message => write(JSON.stringify(message) + '\n');
process.stdout.write = process.stderr.write.bind(process.stderr); // standard output belongs to the answers

const { bootstrap, DefaultLogger, dummyPaymentHandler, JobQueueService, LogLevel } = await import('@vendure/core');
const { populate } = await import('@vendure/core/cli/index.js');
const { GodwitPlugin } = await import('./godwit-plugin.mjs');
const { Desk } = await import('./desk.mjs');
const { initialData, products } = await import('./seed.mjs');

const scratch = mkdtempSync(join(tmpdir(), 'godwit-vendure-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const csv = join(scratch, 'products.csv');
writeFileSync(csv, products);
writeFileSync(join(scratch, 'mug.png'), Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'));

// Images lie in memory; nobody asks for them, only for their addresses.
const files = new Map();
const keep = (name, data) => (files.set(name, data), name);
const assetStorageStrategy = {
  writeFileFromBuffer: async (name, data) => keep(name, data),
  writeFileFromStream: async (name, data) => keep(name, await buffer(data)),
  readFileToBuffer: async name => files.get(name),
  readFileToStream: async name => Readable.from(files.get(name)),
  deleteFile: async name => void files.delete(name),
  fileExists: async name => files.has(name),
  toAbsoluteUrl: (_, name) => 'https://assets.example.com/' + name,
};

const text = name => ({ name, type: 'string' });
const admin = { identifier: 'superadmin', password: 'only for tests' };

const config = {
  apiOptions: { hostname: '127.0.0.1', port: 0, cors: false, adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: { tokenMethod: ['bearer', 'api-key'], superadminCredentials: admin },
  dbConnectionOptions: { type: 'sqljs', synchronize: true, autoSave: false, logging: false },
  logger: new DefaultLogger({ level: LogLevel.Warn }),
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  customFields: {
    Product: [text('supplier'), text('batch')],
    ProductVariant: [text('hsCode'), text('countryOfOrigin'), { name: 'fragile', type: 'boolean' }],
    Order: [text('erpNumber')],
  },
  assetOptions: { assetStorageStrategy, assetPreviewStrategy: { generatePreviewImage: async (_, __, data) => data } },
  importExportOptions: { importAssetsDir: scratch },
  plugins: [GodwitPlugin],
};

const app = await populate(async () => {
  const app = await bootstrap(config);
  await app.get(JobQueueService).start();
  return app;
}, initialData, csv);

const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
const desk = new Desk(url, admin);
answer({ ok: { url, user: admin.identifier, password: admin.password, key: await desk.open() } });

for await (const line of createInterface({ input: process.stdin })) {
  const { do: verb, ...args } = JSON.parse(line);
  try {
    if (!Desk.verbs.has(verb)) throw new Error(`no verb ${verb}`);
    answer({ ok: (await desk[verb](args)) ?? null });
  } catch (err) {
    answer({ error: String(err?.stack ?? err) });
  }
}
process.exit(0);
