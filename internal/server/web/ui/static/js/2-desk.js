// The open ticket, the list beside it, and live updates.
(() => {
  const { $, $$ } = gw;

  const mark = number => {
    for (const row of $$("#rows .row")) {
      if (row.dataset.number === number) { row.setAttribute("aria-current", "true"); row.classList.remove("is-unread"); row.querySelector(".unread")?.remove(); }
      else row.removeAttribute("aria-current");
    }
  };
  const opened = () => {
    const number = gw.ticket();
    document.body.dataset.open = number || "";
    if (!number) return;
    mark(number);
    const items = $("#items");
    const lit = items.querySelector(".msg.lit");
    if (lit) lit.scrollIntoView({ block: "center" }); else items.scrollTop = items.scrollHeight;
    gw.restoreDrafts?.();
  };

  // Focus stays where it was over an update; if its element went away, the nearest thing that is left takes it.
  let held = null;
  document.addEventListener("htmx:before:swap", e => {
    const el = document.activeElement;
    held = el && el !== document.body ? { id: el.id, row: el.closest(".row")?.id, el } : null;
    const items = $("#items");
    gw.atEnd = items ? items.scrollHeight - items.scrollTop - items.clientHeight < 48 : true;
    if (e.detail?.ctx?.target?.id === "thread") gw.saveDrafts?.(true, true); // the composer goes away
  });
  document.addEventListener("htmx:after:swap", e => {
    const src = e.detail?.ctx?.sourceElement;
    if (src?.matches?.("[data-open]")) { opened(); gw.announce($("#t-subject")?.textContent || ""); $("#items")?.focus({ preventScroll: true }); }
    else if (gw.atEnd && $("#items")) $("#items").scrollTop = $("#items").scrollHeight;
    if (src?.closest?.("[popover]:popover-open")) src.closest("[popover]").hidePopover();
    if (held && !held.el.isConnected) {
      const next = (held.id && document.getElementById(held.id)) || (held.row && $("#" + held.row + " .open")) || $("#items") || $("#main");
      next?.focus({ preventScroll: true });
    }
    picked(); gw.age();
  });
  document.addEventListener("htmx:response:error", e => {
    const text = e.detail?.ctx?.text || "";
    const why = new DOMParser().parseFromString(text, "text/html").querySelector("[data-failure], [role=alert] p");
    gw.toast(why?.textContent.trim() || gw.say("fail.offline"), "bad");
  });
  document.addEventListener("htmx:error", e => { if (e.detail?.error?.name === "TypeError") gw.toast(gw.say("fail.offline"), "bad"); });
  document.addEventListener("submit", e => {
    // A popover's form closes it once the answer is on its way; the menu's button keeps focus.
    e.target.closest?.("[popover]:popover-open")?.hidePopover();
  });

  // The list: live rows replace their old selves; new ones wait above unless the list is at its top and unused.
  const waiting = new Map();
  const rowsURL = () => $("#list")?.dataset.rows;
  const showNewer = () => {
    const ol = $(".rows-list");
    for (const row of [...waiting.values()].reverse()) { ol.prepend(row); htmx.process(row); }
    waiting.clear(); announceNewer(); $("#rows .empty")?.remove();
  };
  const announceNewer = () => {
    const b = $("#newer"), n = waiting.size;
    if (!b) return;
    b.hidden = n === 0;
    b.textContent = n === 1 ? gw.say("list.newer_one") : gw.say("list.newer_many", { N: n });
    if (n) gw.announce(b.textContent);
  };
  const refreshRows = gw.debounce(async () => {
    const list = $("#list");
    if (!list || list.dataset.first === undefined) return;
    const answer = await fetch(rowsURL(), { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ol = $(".rows-list"), rows = $("#rows");
    if (!ol) return;
    const fresh = [...doc.querySelectorAll(".row")];
    for (const row of fresh) {
      const old = document.getElementById(row.id);
      if (!old) { waiting.set(row.id, document.adoptNode(row)); continue; }
      const pick = row.querySelector(".pick");
      if (pick) pick.checked = old.querySelector(".pick").checked;
      if (old.getAttribute("aria-current")) row.setAttribute("aria-current", "true");
      if (old.innerHTML === row.innerHTML) continue;
      const had = old.contains(document.activeElement);
      const now = document.adoptNode(row);
      old.replaceWith(now); htmx.process(now);
      if (had) now.querySelector(".open").focus({ preventScroll: true });
    }
    const here = new Set(fresh.map(r => r.id));
    const last = fresh.at(-1);
    if (!doc.querySelector(".more")) for (const old of $$(".row", ol)) if (!here.has(old.id) && !old.matches("[aria-current], :has(.pick:checked), :focus-within")) old.remove();
    if (waiting.size && last && rows.scrollTop < 8 && !rows.matches(":hover, :focus-within")) showNewer(); else announceNewer();
  }, 250);
  const refreshCounts = gw.debounce(async () => {
    const tabs = $("#tabs");
    if (tabs) {
      const answer = await fetch(tabs.dataset.counts, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok) return;
      const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = doc.querySelectorAll("#tabs .count"), strip = doc.getElementById("strip");
      if (strip) $("#strip")?.replaceWith(document.adoptNode(strip));
      $$("#tabs .count").forEach((el, i) => { if (now[i] && el.textContent !== now[i].textContent) el.textContent = now[i].textContent; });
    }
    if ($("#view-links")) htmx.ajax("GET", "/inbox/counts?view=" + encodeURIComponent($("#list")?.dataset.view || ""), { source: "#views", target: "#views", swap: "none" });
  }, 600);
  gw.refreshTicket = gw.debounce(() => {
    const n = gw.ticket();
    if (n) htmx.ajax("GET", `/t/${n}/parts`, { source: "#ticket", target: "#ticket", swap: "none" });
  }, 120);
  const lists = what => $("#list")?.dataset.of === what;
  // The page of one parcel, case or refund is drawn anew unless somebody writes in it.
  const refreshRecord = gw.debounce(async () => {
    const page = $("[data-parcel-page], [data-case-page], [data-refund-page], [data-wallboard]");
    if (!page || page.querySelector("form :focus, [popover]:popover-open")) return;
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const now = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of $$("[data-live-part]", page)) {
      const next = now.getElementById(part.id);
      if (!next || next.innerHTML === part.innerHTML) continue;
      const had = part.contains(document.activeElement) ? $$("a, button, summary", part).indexOf(document.activeElement) : -1;
      part.replaceWith(document.adoptNode(next)); htmx.process(next);
      if (had >= 0) $$("a, button, summary", next)[had]?.focus({ preventScroll: true });
    }
    gw.age();
  }, 200);
  // A wallboard looks again a moment after something happened, and twice a minute for what only time changes.
  let wall = 0;
  const refreshWall = () => { if ($("[data-wallboard]") && !wall) wall = setTimeout(() => { wall = 0; refreshRecord(); }, 3000); };
  setInterval(() => { if (!document.hidden) refreshWall(); }, 30000);
  document.addEventListener("click", e => {
    if (!e.target.closest("[data-full]")) return;
    if (document.fullscreenElement) document.exitFullscreen(); else $("[data-wallboard]").requestFullscreen().catch(() => {});
  });
  const refreshAll = () => { gw.refreshTicket(); refreshRows(); refreshCounts(); refreshRecord(); };
  // What the live stream tells. A page out of sight asks for nothing; it looks at all it shows when it is seen again.
  let stale = false, lost = false;
  const hear = {
    ticket: d => { if (d.kind === "behind") return refreshAll(); if (String(d.number) === gw.ticket()) gw.refreshTicket(); if (!lists("parcel") && !lists("case") && !lists("refund")) refreshRows(); refreshCounts(); refreshWall(); },
    parcel: d => { if (lists("parcel")) { refreshRows(); refreshCounts(); } const shown = $("[data-parcel-page]")?.dataset.parcelPage; if (shown && (d.many || d.ids.includes(shown))) refreshRecord(); },
    case: d => { if (lists("case")) { refreshRows(); refreshCounts(); } if (d.ids.includes($("[data-case-page]")?.dataset.casePage)) refreshRecord(); },
    refund: d => { if (lists("refund")) { refreshRows(); refreshCounts(); } if (d.ids.includes($("[data-refund-page]")?.dataset.refundPage)) refreshRecord(); },
    counts: () => refreshCounts(),
    presence: d => { const n = gw.ticket(); if (n && String(d.number) === n) htmx.ajax("GET", `/t/${n}/presence`, { source: "#ticket", target: "#ticket", swap: "none" }); },
    toast: d => { if (d.text) gw.toast(d.text, "info", d.href && { text: "→", run: () => { location.href = d.href; } }); },
    lost: () => { if (!lost) { lost = true; gw.announce(gw.say("live.lost")); } },
    back: () => { if (lost) { lost = false; gw.announce(gw.say("live.back")); refreshAll(); } },
  };
  gw.hear = (name, d) => { if (document.hidden && name !== "lost" && name !== "back") stale = true; else hear[name]?.(d); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && stale) { stale = false; refreshAll(); } });

  // Selection of rows.
  const picked = () => {
    const n = $$("#rows .pick:checked").length, box = $("#picked");
    if (box) box.textContent = n ? gw.say("list.selected_many", { N: n }) : "";
  };
  document.addEventListener("change", e => { if (e.target.matches(".pick")) picked(); });
  document.addEventListener("reset", () => setTimeout(picked));
  document.addEventListener("click", e => { if (e.target.id === "newer") { showNewer(); $("#rows").scrollTop = 0; $("#rows .open")?.focus(); } });

  // Presence: the others see who reads and who writes.
  let state = "";
  gw.presence = next => {
    const url = $("#composer")?.dataset.presence;
    if (!url || (next === state && next !== "beat")) return;
    if (next !== "beat") state = next;
    gw.send("POST", url, { state: state || "viewing" }, { keepalive: true }).catch(() => {});
  };
  const idle = gw.debounce(() => gw.presence("viewing"), 6000);
  document.addEventListener("input", e => { if (e.target.matches("[data-draft-kind]")) { gw.presence("typing"); idle(); } });
  setInterval(() => { if (!document.hidden && document.body.dataset.live) gw.presence("beat"); }, 20000);
  addEventListener("pagehide", () => gw.presence("away"));

  addEventListener("DOMContentLoaded", () => { opened(); picked(); gw.age(); $(".tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); });
})();

// Drafts: kept on this device at every key, on the server after a pause. A word is dropped only once its reply was taken.
(() => {
  const { $$, store } = gw;
  const key = el => `draft:${gw.me()}:${gw.ticket()}:${el.dataset.draftKind}`;
  const state = text => { const box = gw.$("#draft-state"); if (box && box.textContent !== text) box.textContent = text; };
  const macroOf = form => form.elements.macro?.value || "";
  const now = el => el.value + "\0" + macroOf(el.form); // what a saved draft is compared by
  const keep = el => store.set(key(el), { body: el.value, macro: el.form.pending, at: Date.now() });
  const sending = new Set(); // keys of texts that are on their way: the composer may be drawn anew before they have arrived
  // One saving of a text runs at a time, and none while its reply is on its way: each names the version that the one before it made.
  const put = async (el, keepalive = false) => {
    const form = el.form, url = gw.$("#composer")?.dataset.draft;
    if (!url || sending.has(key(el)) || el.dataset.saved === now(el)) return;
    if (form.saving && !keepalive) { form.again = true; return; }
    const body = el.value, saved = now(el), k = key(el), stop = form.saving = new AbortController();
    state(gw.say("draft.saving"));
    try {
      const fields = { kind: el.dataset.draftKind, body, version: form.dataset.version || "0" };
      for (const name of ["to", "cc", "macro"]) if (form.elements[name]) fields[name] = form.elements[name].value;
      const answer = await gw.send("PUT", url, fields, { keepalive, signal: stop.signal });
      const got = await answer.json();
      if (answer.status === 409) { // another window saved: keep both texts, unless this one was sent meanwhile
        if (!el.isConnected || sending.has(k)) return;
        form.dataset.version = got.version;
        if (got.body && !el.value.includes(got.body)) { el.value = got.body + "\n\n" + el.value; keep(el); }
        form.again = true;
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      form.dataset.version = got.version;
      el.dataset.saved = saved;
      // A page that was asked for before this was saved is yet to come: it goes by the version.
      const kept = store.get(k);
      if (kept && now(el) === saved) store.set(k, { ...kept, saved: got.version });
      state(gw.say("draft.saved", { Time: new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) }));
    } catch (e) {
      if (e.name === "AbortError") return;
      state(gw.say("draft.kept"));
      setTimeout(() => { if (el.isConnected) put(el); }, 5000);
    } finally {
      if (form.saving === stop) form.saving = null;
      if (form.again && !form.saving) { form.again = false; put(el, keepalive); }
    }
  };
  const later = gw.debounce(el => { if (el.isConnected) put(el); }, 700);
  document.addEventListener("input", e => {
    const el = e.target;
    if (el.matches("[data-draft-kind]")) { keep(el); later(el); }
  });
  // The macro whose actions wait for a reply stands in its form; null takes it off.
  const pend = (form, m) => {
    const held = form.querySelector("[data-macro-held]"), send = form.querySelector("[data-send]");
    if (!held) return;
    form.pending = m;
    held.hidden = !m;
    form.elements.macro.value = m?.id || "";
    held.querySelector("[data-macro-name]").textContent = m?.name || "";
    held.querySelector("[data-macro-note]").textContent = m?.note || "";
    const item = [m?.then, send.dataset.then].map(v => v && form.querySelector(`#m-then [value="${v}"]`)).find(Boolean);
    if (!item || item.value === send.value) return;
    const was = send.lastChild.textContent.trim(), is = item.textContent.trim();
    send.value = item.value;
    send.title = send.title.replace(was, is);
    send.lastChild.textContent = is;
  };
  document.addEventListener("click", e => {
    const off = e.target.closest?.("[data-macro-drop]");
    if (!off) return;
    e.preventDefault();
    const area = gw.$("#reply-body");
    pend(off.form, null);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  gw.saveDrafts = (keepalive, leaving) => {
    for (const el of $$("[data-draft-kind]")) {
      if (store.get(key(el))) put(el, keepalive);
      if (leaving) el.dataset.left = "";
    }
  };
  gw.restoreDrafts = () => {
    for (const el of $$("[data-draft-kind]")) {
      if (sending.has(key(el))) continue;
      const held = el.form.querySelector("[data-macro-held]:not([hidden])");
      if (held && !el.form.pending) {
        const text = name => held.querySelector(name).textContent;
        el.form.pending = { id: macroOf(el.form), name: text("[data-macro-name]"), note: text("[data-macro-note]") };
      }
      el.dataset.saved ??= now(el);
      const kept = store.get(key(el));
      if (kept?.saved && (Number(el.form.dataset.version || 0) >= Number(kept.saved) || Date.now() - kept.at > 60000)) { store.drop(key(el)); continue; }
      if (!kept || !(kept.body || kept.saved) || kept.body + "\0" + (kept.macro?.id || "") === now(el)) continue;
      el.value = kept.body;
      pend(el.form, kept.macro || null);
      if (kept.saved) { el.form.dataset.version = kept.saved; el.dataset.saved = now(el); continue; }
      state(gw.say("draft.restored"));
      later(el);
    }
  };
  addEventListener("pagehide", () => gw.saveDrafts(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) gw.saveDrafts(true); });
  // A reply that was taken comes back with an empty composer; only then is the device's copy dropped. One that was not is a draft again.
  const composed = e => { const form = e.detail?.ctx?.sourceElement; return form?.dataset?.compose ? form : null; };
  document.addEventListener("htmx:before:request", e => {
    const form = composed(e);
    if (!form) return;
    form.sent = `draft:${gw.me()}:${gw.ticket()}:${form.dataset.compose}`;
    sending.add(form.sent);
    form.again = false;
    form.saving?.abort();
  });
  document.addEventListener("htmx:after:request", e => {
    const form = composed(e), status = e.detail?.ctx?.response?.status ?? e.detail?.ctx?.response?.raw?.status;
    if (form && status >= 200 && status < 300) store.drop(form.sent);
  });
  document.addEventListener("htmx:finally:request", e => {
    const form = composed(e);
    if (!form) return;
    sending.delete(form.sent);
    if (!store.get(form.sent)) return;
    gw.restoreDrafts();
    for (const el of $$("[data-draft-kind]")) if (key(el) === form.sent) later(el);
  });

  // Macros fill the reply in place.
  document.addEventListener("click", async e => {
    const item = e.target.closest?.("[data-macro]");
    if (!item) return;
    e.preventDefault();
    item.closest("[popover]:popover-open")?.hidePopover();
    const answer = await fetch(item.formAction, { method: "POST", headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return gw.toast(gw.say("fail.offline"), "bad");
    const got = await answer.json(), area = gw.$("#reply-body"), reply = area.form;
    gw.$("#tab-reply").checked = true;
    area.setRangeText(got.body, area.selectionStart, area.selectionEnd, "end");
    pend(reply, { id: got.id, name: got.name, note: got.note, then: got.then });
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  document.addEventListener("input", gw.debounce(e => {
    if (!e.target.matches?.("[data-macro-q]")) return;
    const q = e.target.value.toLowerCase();
    for (const f of $$("#macro-list [data-macro]")) f.hidden = !f.textContent.toLowerCase().includes(q);
  }, 60));
})();
