// Keys: single letters act on the open ticket or the marked row; "g" begins a jump; Ctrl or Cmd K finds anything.
(() => {
  const { $, $$ } = gw;
  const shown = el => el && el.checkVisibility?.({ visibilityProperty: true });
  // A key that every row of a list has is that of the row one stands on.
  const press = key => { const all = $$(`[data-key="${key}"]`).filter(shown), el = all.find(b => b.closest(".row")?.contains(document.activeElement)) || all.findLast(b => !b.closest(".row")); if (!el) return false; el.focus(); el.click(); return true; };
  const links = () => $$("#rows .row .open, [data-nav] a, .tbl .rowlink").filter(shown);
  const move = step => {
    const all = links();
    if (!all.length) return;
    let i = all.indexOf(document.activeElement);
    if (i < 0) i = all.findIndex(a => a.closest(".row[aria-current]"));
    const next = all[i < 0 ? 0 : Math.min(all.length - 1, Math.max(0, i + step))];
    next.focus(); next.scrollIntoView({ block: "nearest" });
    if (step > 0 && next === all.at(-1)) $("#rows .more a")?.click();
  };
  const compose = kind => {
    const tab = $("#tab-" + kind);
    if (!tab) return false;
    tab.checked = true;
    const area = $(`#${kind}-body`);
    area.focus(); area.setSelectionRange(area.value.length, area.value.length);
    return true;
  };
  const jumps = { i: "/inbox/mine", u: "/inbox/unassigned", o: "/orders", c: "/cases", m: "/refunds", b: "/parcels", l: "/lanes", x: "/replacements", f: "/repairs", r: "/reports", w: "/wallboard", a: "/admin", s: "/search", p: "/account", v: "/views" };
  const single = {
    j: () => move(1), k: () => move(-1),
    r: () => compose("reply"), n: () => compose("note"),
    e: () => press("e"), a: () => press("a"), s: () => press("s"), h: () => press("h"), t: () => press("t"), p: () => press("p"), o: () => press("o"),
    m: () => compose("reply") && press("m"), w: () => press("w"), z: () => press("z"), f: () => press("f"),
    i: () => { const c = $("#context"); if (c && getComputedStyle(c).position === "fixed" || c && !shown(c)) c.togglePopover(); else c?.querySelector("a, button")?.focus(); },
    x: () => { const box = document.activeElement?.closest(".row")?.querySelector(".pick") || $(".row[aria-current] .pick"); box?.click(); },
    "/": () => { const q = $("main input[type=search]"); if (shown(q)) { q.focus(); q.select(); } else location.href = "/search"; },
    "?": () => $("#keys")?.showPopover(),
  };
  for (const n of "12345678") single[n] = () => press(n);
  let go = 0;
  document.addEventListener("keydown", e => {
    const mod = e.ctrlKey || e.metaKey;
    if (mod && e.key.toLowerCase() === "k" && $("#palette")) { e.preventDefault(); return openPalette(); }
    if (mod && e.key === "Enter" && document.activeElement?.form?.matches("[data-compose]")) {
      e.preventDefault();
      const form = document.activeElement.form;
      return form.requestSubmit(form.querySelector("[data-send]"));
    }
    if (e.key === "Escape") {
      const open = $("[popover]:popover-open, dialog[open]");
      if (open) return;
      if (gw.typing(document.activeElement)) { document.activeElement.blur(); $("#items")?.focus({ preventScroll: true }); return; }
      const all = $$(".pick:checked");
      if (all.length) { for (const b of all) b.click(); return; }
      const row = $(".row[aria-current] .open");
      if (document.activeElement?.closest("#ticket") && shown(row)) row.focus(); else $("[data-back]")?.click();
      return;
    }
    if (mod || e.altKey || gw.typing(e.target) || $("dialog[open]") || e.target.closest?.("[popover]:popover-open")) return;
    // Letters are read by their place on the keyboard too, so that the Russian layout keeps its keys.
    const key = /^[a-z/?]$/i.test(e.key) ? e.key.toLowerCase() : e.code.startsWith("Key") ? e.code.slice(3).toLowerCase() : e.key;
    if (Date.now() - go < 1200) {
      go = 0;
      if (jumps[key]) { e.preventDefault(); location.href = jumps[key]; }
      return;
    }
    if (key === "g") { go = Date.now(); return; }
    if (single[key]) { e.preventDefault(); single[key](); }
  });

  // Menus: arrows move, as in any list of choices; the first choice takes focus when one opens.
  document.addEventListener("toggle", e => {
    if (e.newState === "open" && e.target.matches?.(".menu, .modal")) {
      e.target.querySelector("input:not([type=hidden]), .item[aria-current], .item, select, textarea, button")?.focus();
      place(e.target);
    }
  }, true);
  document.addEventListener("keydown", e => {
    const menu = e.target.closest?.(".menu:popover-open");
    if (!menu || !/^Arrow(Up|Down)$/.test(e.key) || e.target.matches("input:not([type=checkbox]), select, textarea")) return;
    e.preventDefault();
    const items = $$(".item", menu).filter(shown), i = items.indexOf(document.activeElement);
    items[(i + (e.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
  });
  // Where the browser cannot anchor a popover, it is put beside its button.
  const place = el => {
    if (CSS.supports("position-area: block-end") || !el.matches(".menu")) return;
    const from = $(`[popovertarget="${el.id}"]`)?.getBoundingClientRect();
    if (!from) return;
    const box = el.getBoundingClientRect();
    el.style.inset = "auto";
    el.style.left = Math.max(8, Math.min(from.left, innerWidth - box.width - 8)) + "px";
    el.style.top = (from.bottom + box.height + 8 < innerHeight ? from.bottom + 4 : Math.max(8, from.top - box.height - 4)) + "px";
  };

  // The palette.
  const dialog = () => $("#palette");
  let run = 0;
  const load = async q => {
    const mine = ++run;
    const answer = await fetch("/palette?q=" + encodeURIComponent(q), { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (mine !== run || !answer?.ok) return;
    $("#palette-found").innerHTML = await answer.text();
    $$("#palette .hitline").forEach((el, i) => { el.id = "hit-" + i; });
    choose(0);
  };
  const choose = i => {
    const all = $$("#palette .hitline");
    if (!all.length) return;
    const at = (i + all.length) % all.length;
    all.forEach((el, n) => el.setAttribute("aria-selected", n === at));
    all[at].scrollIntoView({ block: "nearest" });
    $("#palette-q").setAttribute("aria-activedescendant", all[at].id);
  };
  const openPalette = () => { if (dialog().open) return dialog().close(); dialog().showModal(); const q = $("#palette-q"); q.value = ""; q.focus(); load(""); };
  document.addEventListener("input", gw.debounce(e => { if (e.target.id === "palette-q") load(e.target.value); }, 80));
  document.addEventListener("keydown", e => {
    if (e.target.id !== "palette-q") return;
    const all = $$("#palette .hitline"), i = all.findIndex(el => el.getAttribute("aria-selected") === "true");
    if (e.key === "ArrowDown") { e.preventDefault(); choose(i + 1); }
    else if (e.key === "ArrowUp") { e.preventDefault(); choose(i - 1); }
    else if (e.key === "Enter") { e.preventDefault(); all[i]?.click(); dialog().close(); }
  });
  document.addEventListener("click", e => { if (e.target === dialog()) dialog().close(); });

  // Mentions: an at sign in a note offers names.
  document.addEventListener("input", e => {
    const area = e.target;
    if (!area.matches?.("[data-people]")) return;
    $("#mention")?.remove();
    const word = area.value.slice(0, area.selectionStart).match(/@([\p{L}\p{M}.'-]*)$/u);
    if (!word) return;
    const names = area.dataset.people.split("\n").filter(n => n && n.toLowerCase().startsWith(word[1].toLowerCase())).slice(0, 6);
    if (!names.length) return;
    const box = document.createElement("div");
    box.id = "mention"; box.className = "held"; box.setAttribute("role", "group");
    for (const name of names) {
      const b = document.createElement("button");
      b.type = "button"; b.className = "btn small"; b.textContent = "@" + name;
      b.onclick = () => {
        area.setRangeText("@" + name + " ", area.selectionStart - word[0].length, area.selectionStart, "end");
        box.remove(); area.focus(); area.dispatchEvent(new Event("input", { bubbles: true }));
      };
      box.append(b);
    }
    area.after(box);
  });
  document.addEventListener("keydown", e => { if (e.key === "Tab" && !e.shiftKey && $("#mention") && e.target.matches("[data-people]")) { e.preventDefault(); $("#mention button").focus(); } });

  // The tour shows one stop at a time and lights what it speaks of.
  addEventListener("DOMContentLoaded", () => {
    const tour = $("#tour");
    if (!tour) return;
    const stops = $$("[data-tour-step]", tour), next = $("[data-tour-next]", tour);
    let at = Math.min(+tour.dataset.step || 0, stops.length - 1);
    const show = focus => {
      $(".toured")?.classList.remove("toured");
      stops.forEach((s, i) => { s.hidden = i !== at; });
      $$(stops[at].dataset.tourStep).find(shown)?.classList.add("toured");
      $("[data-tour-count]", tour).textContent = gw.say("tour.count", { Step: at + 1, All: stops.length });
      next.textContent = gw.say(at === stops.length - 1 ? "tour.finish" : "tour.next");
      if (focus) stops[at].querySelector("h2").focus();
    };
    const end = () => { $(".toured")?.classList.remove("toured"); tour.remove(); gw.send("POST", "/tour", { step: at + 1, done: 1 }); };
    tour.addEventListener("click", e => {
      if (e.target.closest("[data-tour-next]")) {
        e.preventDefault();
        if (at === stops.length - 1) return end();
        at++; show(true); gw.send("POST", "/tour", { step: at });
      } else if (e.target.closest("[data-tour-end]")) { e.preventDefault(); end(); }
    });
    tour.addEventListener("keydown", e => { if (e.key === "Escape") { e.stopPropagation(); end(); } });
    show(false);
  });
})();
