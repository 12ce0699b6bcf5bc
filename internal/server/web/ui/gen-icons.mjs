// Writes static/icons.svg from lucide-static (ISC): node gen-icons.mjs path/to/node_modules/lucide-static
// One symbol for each name below; "godwit" is our own mark.
import { readFileSync, writeFileSync } from "node:fs";

const names = `inbox search package chart-column settings user users circle-user log-out x check chevron-down chevron-right
arrow-left plus ellipsis mail message-circle globe phone send clock alarm-clock sun moon monitor tag crown rotate-ccw
triangle-alert shield-check shield-alert shield-question-mark paperclip file-text file download external-link at-sign sticky-note reply forward git-merge
split ban truck factory store zap calendar-clock circle-dot circle circle-check circle-pause keyboard list-filter link
pencil trash-2 image bell credit-card map-pin history lock layers copy house flag play bot panel-right menu undo-2
mails circle-alert info code store smartphone webhook archive eye`.split(/\s+/);

const from = process.argv[2];
const body = name => readFileSync(`${from}/icons/${name}.svg`, "utf8").replace(/<!--[\s\S]*?-->/g, "")
  .replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").replace(/> </g, "><").replace(/ \/>/g, "/>").trim();
const godwit = '<path d="M1.6 7.9c2.9.3 5.5-.2 7.9-1.5"/><path d="M9.5 6.4c.1-1.6 1.2-2.7 2.7-2.7 1.6 0 2.6 1.2 2.5 2.7-.1 1.3.6 1.9 2 2.3 2.4.7 4.4 1.9 5.3 4-2.5 1.3-6.4 1.7-9.2.5-2.7-1.1-3.6-3.1-2.3-5.1.6-.9.3-1.3-1-1.7z"/><path d="M14.3 13.8 14 21.2M17 13.9l.4 7.3"/>';
const symbol = (name, inner) => `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
const sorted = [...new Set(names)].sort();
writeFileSync(new URL("static/icons.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${[...sorted.map(n => symbol(n, body(n))), symbol("godwit", godwit)].join("\n")}\n</svg>\n`);
