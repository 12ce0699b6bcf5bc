/* Delivery and duty on a product page: <godwit-delivery shop="https://desk.example/p/shop" sku="TENT"></godwit-delivery>.
   No dependencies, no cookies, no markup from outside: every text is set as text. Its styles are a constructed sheet within
   its own shadow, so that a strict Content-Security-Policy needs script-src and connect-src for this origin and nothing else. */
(() => {
  "use strict";
  if (customElements.get("godwit-delivery")) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font: inherit; color: inherit; container-type: inline-size; }
    :host([hidden]) { display: none; }
    h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
    section { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: 10px; padding: 14px 16px; display: grid; gap: 12px; }
    h2 { font-size: 1em; font-weight: 650; }
    form { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9em, 100%), 1fr)); gap: 8px; align-items: end; }
    label { display: grid; gap: 7px; font-size: .875em; min-inline-size: 0; }
    select, input, button { font: inherit; font-size: 1rem; color: inherit; background: transparent; min-block-size: 44px; padding: 6px 10px; border: 1px solid color-mix(in srgb, currentColor 62%, transparent); border-radius: 8px; inline-size: 100%; box-sizing: border-box; }
    option { color: CanvasText; background: Canvas; }
    button { cursor: pointer; font-weight: 600; }
    :focus-visible { outline: 3px solid currentColor; outline-offset: 1px; }
    ul { list-style: none; display: grid; gap: 12px; }
    li { border-block-start: 1px solid color-mix(in srgb, currentColor 22%, transparent); padding-block-start: 10px; }
    .line { display: flex; justify-content: space-between; gap: 14px; }
    h3 { font-size: 1em; font-weight: 600; }
    .num { font-variant-numeric: tabular-nums; text-align: end; }
    .small { font-size: .875em; }
    .whole { font-weight: 650; }`);
  const make = (name, text, kind) => {
    const e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    if (kind) e.className = kind;
    return e;
  };

  class Delivery extends HTMLElement {
    static observedAttributes = ["sku", "shop", "lang", "country", "currency", "value", "weight"];
    #root = this.attachShadow({ mode: "open" });
    #asked = 0;
    #wish = {};

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [sheet];
    }
    connectedCallback() { this.#load(); }
    attributeChangedCallback() { if (this.isConnected) this.#load(); }

    async #load() {
      const asked = ++this.#asked;
      await Promise.resolve(); // several attributes that change together are one question
      if (asked !== this.#asked || !this.isConnected) return;
      const base = (this.getAttribute("shop") || "").replace(/\/$/, "");
      let to;
      try { to = new URL(base + "/quote.json", document.baseURI); } catch { return; }
      const lang = this.getAttribute("lang") || this.closest("[lang]")?.lang || document.documentElement.lang;
      if (lang) to.searchParams.set("lang", lang);
      for (const sku of (this.getAttribute("sku") || "").split(",").map(s => s.trim()).filter(Boolean)) to.searchParams.append("sku", sku);
      for (const name of ["country", "currency", "value", "weight"]) {
        const v = this.#wish[name] ?? this.getAttribute(name);
        if (v) to.searchParams.set(name, v);
      }
      if (this.#wish.postcode) to.searchParams.set("postcode", this.#wish.postcode);
      try {
        const res = await fetch(to, { credentials: "omit", referrerPolicy: "no-referrer" });
        if (asked !== this.#asked) return;
        if (!res.ok) { this.dispatchEvent(new CustomEvent("godwit-refused", { detail: { status: res.status } })); return; }
        this.#draw(await res.json());
      } catch { this.dispatchEvent(new CustomEvent("godwit-refused", { detail: { status: 0 } })); }
    }

    #draw(w) {
      const focused = this.#root.activeElement?.name;
      const box = make("section");
      box.lang = w.lang; box.dir = w.dir;
      const title = make("h2", w.title);
      title.id = "title"; box.setAttribute("aria-labelledby", "title");
      const form = make("form");
      const country = make("select");
      country.name = "country"; country.autocomplete = "country";
      for (const c of w.countries) { const o = make("option", c.name); o.value = c.code; o.selected = c.code === w.country; country.append(o); }
      const postcode = make("input");
      postcode.name = "postcode"; postcode.autocomplete = "postal-code"; postcode.maxLength = 20; postcode.dir = "ltr"; postcode.value = this.#wish.postcode || "";
      const go = make("button", w.action);
      const labelled = (text, field) => { const l = make("label", text); l.append(field); return l; };
      form.append(labelled(w.country_label, country), labelled(w.postcode_label, postcode), go);
      form.addEventListener("submit", e => { e.preventDefault(); this.#wish = { country: country.value, postcode: postcode.value }; this.#load(); });
      const said = make("div");
      said.setAttribute("aria-live", "polite");
      if (w.problem) said.append(make("p", w.problem));
      const list = make("ul");
      for (const o of w.options) {
        const item = make("li"), line = make("div", undefined, "line");
        line.append(make("h3", o.title), make("span", o.price, "num"));
        item.append(line, make("p", o.when, "small"));
        for (const r of o.rows) {
          const row = make("div", undefined, r.whole ? "line small whole" : "line small");
          row.append(make("span", r.name), make("span", r.value, "num"));
          item.append(row);
        }
        list.append(item);
      }
      if (w.options.length) said.append(list);
      box.append(title, form, said, ...w.notes.map(n => make("p", n, "small")));
      this.#root.replaceChildren(box);
      if (focused) this.#root.querySelector(`[name="${focused}"]`)?.focus();
    }
  }
  customElements.define("godwit-delivery", Delivery);
})();
