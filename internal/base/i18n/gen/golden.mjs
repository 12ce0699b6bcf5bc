// Writes testdata/icu.json with what ICU writes in each language: node gen/golden.mjs (Node 20 with ICU 78, CLDR 48).
import { writeFileSync } from 'node:fs';

const langs = ['en', 'de', 'fr', 'es', 'it', 'pt', 'pt-BR', 'nl', 'pl', 'cs', 'ru', 'uk', 'kk', 'tr', 'ar', 'he', 'ja', 'ko', 'zh-Hans', 'zh-Hant', 'th', 'vi', 'id', 'sv', 'da', 'nb', 'fi', 'el', 'ro', 'hu'];
const icu = (l) => (l === 'pt' ? 'pt-PT' : l) + '-u-nu-latn-ca-gregory';
const moments = ['2026-11-22T00:47:28Z', '2026-01-05T09:05:00Z', '2027-07-09T12:30:00Z', '2026-03-01T18:00:00Z', '2026-09-30T23:59:00Z', '2026-05-16T05:07:00Z'];
const counts = [0, 1, 2, 3, 5, 11, 21, 22, 25, 100, 101, 111, 1000000];
const units = ['minute', 'hour', 'day', 'month', 'year'];
const ints = [0, 7, -7, 999, 1234, -1234, 12345, 1234567, -9876543210];
const ratios = [0, 0.25, -0.25, 1, 12.5, 0.333];
const out = { moments, counts, units, ints, ratios, languages: {} };
for (const l of langs) {
  const f = (o) => new Intl.DateTimeFormat(icu(l), { timeZone: 'UTC', ...o });
  const all = (o) => moments.map((m) => f(o).format(new Date(m)));
  const styles = ['short', 'medium', 'long', 'full'];
  const rel = (style) => new Intl.RelativeTimeFormat(icu(l), { style, numeric: 'always' });
  const r = rel(l === 'en' ? 'short' : 'long');
  const bare = (s) => (l === 'en' ? s.replaceAll('.', '') : s);
  const plural = new Intl.PluralRules(icu(l));
  out.languages[l] = {
    dates: styles.map((dateStyle) => all({ dateStyle })),
    both: styles.map((dateStyle) => all({ dateStyle, timeStyle: 'short' })),
    times: all({ timeStyle: 'short' }),
    brief: all({ month: 'short', day: 'numeric' }),
    past: units.map((u) => counts.slice(1).map((n) => bare(r.format(-n, u)))),
    future: units.map((u) => counts.slice(1).map((n) => bare(r.format(n, u)))),
    plurals: counts.map((n) => plural.select(n)),
    ints: ints.map((n) => new Intl.NumberFormat(icu(l)).format(n)),
    decimals: ints.map((n) => new Intl.NumberFormat(icu(l), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(n / 3)),
    percents: ratios.map((x) => new Intl.NumberFormat(icu(l), { style: 'percent', useGrouping: 'auto', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(x)),
    lists: [1, 2, 3, 5].map((n) => new Intl.ListFormat(icu(l)).format(['A', 'B', 'C', 'D', 'E'].slice(0, n))),
    hours: counts.map((n) => new Intl.NumberFormat(icu(l), { style: 'unit', unit: 'hour', unitDisplay: 'short' }).format(n)),
    megabytes: counts.map((n) => new Intl.NumberFormat(icu(l), { style: 'unit', unit: 'megabyte', unitDisplay: 'short' }).format(n)),
  };
}
writeFileSync('testdata/icu.json', JSON.stringify(out));
