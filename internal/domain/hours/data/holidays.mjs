// Writes holidays.csv: the public holidays of our markets, one country a line, from npm date-holidays.
// usage: node gen.mjs FROM TO < markets > holidays.csv
import Holidays from 'date-holidays'
import { readFileSync } from 'node:fs'
const [from, to] = process.argv.slice(2).map(Number)
const markets = readFileSync(0, 'utf8').trim().split(/\s+/)
console.log('country,days')
for (const m of markets) {
  const hd = new Holidays(m, { languages: ['en'] })
  const days = new Set()
  for (let y = from; y <= to; y++) for (const h of hd.getHolidays(y) || []) {
    if (h.type !== 'public') continue
    // A holiday lasts from its start to its end in its own zone; those that begin at sunset count from the next day.
    const day = new Date(h.date.slice(0, 10) + 'T00:00:00Z'), span = Math.max(1, Math.round((h.end - h.start) / 86400000))
    const late = Number(h.date.slice(11, 13)) >= 12 ? 1 : 0
    for (let i = 0; i < span; i++) { const d = new Date(+day + (i + late) * 86400000).toISOString().slice(0, 10); days.add(d) }
  }
  console.log(m + ',' + [...days].sort().join(' '))
}
