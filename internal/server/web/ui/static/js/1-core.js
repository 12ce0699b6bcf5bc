"use strict";
// The console's script. Every page works without it; it adds keys, live updates and drafts. All state lives in the URL, in forms,
// or in localStorage under "gw:".
const gw = (() => {
  const $ = (sel, root = document) => root.querySelector(sel);
  const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];
  const words = () => (gw.dict ??= JSON.parse(document.body.dataset.words || "{}"));
  const say = (key, values = {}) => (words()[key] || key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const announce = text => { const box = $("#say"); if (box) box.textContent = text; };
  const typing = el => !!el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) ||
    (el.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(el.type)));
  const store = {
    get(key) { try { return JSON.parse(localStorage.getItem("gw:" + key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem("gw:" + key, JSON.stringify(value)); } catch { /* storage is full or refused */ } },
    drop(key) { try { localStorage.removeItem("gw:" + key); } catch { /* as above */ } },
  };
  const me = () => document.body.dataset.me || "0";
  const ticket = () => $("#ticket[data-number]")?.dataset.number;
  const debounce = (fn, ms) => { let t; const run = (...a) => { clearTimeout(t); t = setTimeout(() => fn(...a), ms); }; run.now = (...a) => { clearTimeout(t); fn(...a); }; return run; };
  const send = (method, url, fields, more = {}) => fetch(url, { method, body: new URLSearchParams(fields), credentials: "same-origin", ...more });
  const toast = (text, tone = "good", action) => {
    const box = $("#toasts");
    if (!box) return;
    const line = document.createElement("div");
    line.className = "toast fade";
    line.dataset.tone = tone;
    line.dataset.toast = "8";
    const p = document.createElement("p");
    p.className = "grow";
    p.textContent = text;
    line.append(p);
    if (action) {
      const b = document.createElement("button");
      b.type = "button"; b.className = "btn small"; b.textContent = action.text; b.onclick = () => { line.remove(); action.run(); };
      line.append(b);
    }
    box.append(line);
  };
  return { $, $$, say, announce, typing, store, me, ticket, debounce, send, toast };
})();

// A strip of pages that scrolls sideways shows the one that is open.
document.querySelector(".admin > nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Times grow older on the page as the server wrote them.
(() => {
  const span = t => {
    const s = Math.abs(Date.now() - t) / 1000;
    if (s < 60) return gw.say("age.now");
    if (s < 3600) return gw.say("age.m", { N: Math.floor(s / 60) });
    if (s < 86400) return gw.say("age.h", { N: Math.floor(s / 3600) });
    if (s < 604800) return gw.say("age.d", { N: Math.floor(s / 86400) });
    return null;
  };
  gw.age = () => {
    if (document.body.dataset.still !== undefined) return;
    for (const el of gw.$$("time[data-age]")) {
      const text = span(Date.parse(el.dateTime));
      if (text && el.textContent !== text) el.textContent = text;
    }
    for (const el of gw.$$("[data-until]")) {
      const left = Math.ceil((Date.parse(el.dataset.until) - Date.now()) / 1000);
      if (left > 0) el.textContent = gw.say("undo.seconds", { N: left });
      else { delete el.dataset.until; el.textContent = ""; gw.refreshTicket?.(); }
    }
    for (const el of gw.$$("#toasts .toast[data-toast]")) {
      el.dataset.born ||= Date.now();
      if (Date.now() - el.dataset.born > el.dataset.toast * 1000 && !el.matches(":hover, :focus-within")) el.remove();
    }
  };
  setInterval(gw.age, 1000);
})();

// Columns remember their width.
(() => {
  const root = document.documentElement;
  const limits = { "--w-views": [160, 360], "--w-list": [260, 640], "--w-context": [240, 560] };
  const set = (name, px) => {
    const [min, max] = limits[name];
    root.style.setProperty(name, Math.min(max, Math.max(min, px)) + "px");
    gw.store.set("width" + name, Math.min(max, Math.max(min, px)));
  };
  for (const name of Object.keys(limits)) {
    const px = gw.store.get("width" + name);
    if (px) root.style.setProperty(name, px + "px");
  }
  const widthOf = grip => grip.parentElement.getBoundingClientRect().width;
  const sign = grip => (grip.classList.contains("left") ? -1 : 1) * (root.dir === "rtl" ? -1 : 1);
  document.addEventListener("pointerdown", e => {
    const grip = e.target.closest?.("[data-grip]");
    if (!grip) return;
    e.preventDefault();
    const from = e.clientX, start = widthOf(grip);
    grip.setPointerCapture(e.pointerId);
    grip.onpointermove = m => set(grip.dataset.grip, start + (m.clientX - from) * sign(grip));
    grip.onpointerup = grip.onpointercancel = () => { grip.onpointermove = null; };
  });
  document.addEventListener("keydown", e => {
    const grip = e.target.closest?.("[data-grip]");
    if (!grip || !/^Arrow(Left|Right)$/.test(e.key)) return;
    e.preventDefault();
    set(grip.dataset.grip, widthOf(grip) + (e.key === "ArrowRight" ? 16 : -16) * sign(grip));
  });
})();

// Small services named by attributes: copy, dismiss, insert, confirm, theme, pictures, echo.
document.addEventListener("click", e => {
  const hit = sel => e.target.closest?.(sel);
  let el;
  if ((el = hit("[data-copy]"))) {
    const text = el.dataset.copy.startsWith("/") ? location.origin + el.dataset.copy : el.dataset.copy;
    navigator.clipboard?.writeText(text).then(() => gw.toast(gw.say("act.copied")));
    el.closest("[popover]")?.hidePopover?.();
  } else if ((el = hit("[data-close]"))) {
    document.querySelector(el.dataset.close).replaceChildren();
  } else if ((el = hit("[data-dismiss]"))) {
    el.closest(".toast").remove();
  } else if ((el = hit("[data-insert][data-into]"))) {
    const into = document.getElementById(el.dataset.into);
    into.setRangeText(el.dataset.insert, into.selectionStart, into.selectionEnd, "end");
    into.focus();
  } else if ((el = hit("[data-images]"))) {
    const frame = el.closest("details").querySelector("iframe");
    frame.src = el.closest("[data-frame]").dataset.frame + "?images=1";
    el.remove();
  } else if ((el = hit("[data-confirm]")) && !confirm(el.dataset.confirm)) {
    e.preventDefault();
    e.stopImmediatePropagation();
  }
}, true);
document.addEventListener("change", e => {
  if (e.target.matches("[data-theme-pick]")) {
    document.documentElement.dataset.theme = e.target.value;
    gw.send("POST", "/account/theme", { theme: e.target.value });
  }
  if (e.target.matches("[data-files]")) {
    const held = e.target.closest("form").querySelector("[data-held]");
    for (const old of gw.$$("[data-new]", held)) old.remove();
    for (const f of e.target.files) {
      const chip = document.createElement("span");
      chip.className = "chip"; chip.dataset.new = ""; chip.textContent = f.name;
      held.append(chip);
    }
  }
  if (e.target.closest("[data-fields]") && e.target.form) e.target.form.requestSubmit();
});
