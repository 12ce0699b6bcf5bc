// The expression of a rule: what may be written next is put in by a click, or by ArrowDown at its end and Enter.
(() => {
  const field = () => document.querySelector("#rule-form #f-if");
  const offers = () => [...document.querySelectorAll("#next [data-insert]")];
  const put = word => {
    const el = field();
    const begun = el.value.match(/[\w.]*$/)[0];
    const rest = begun && word.toLowerCase().startsWith(begun.toLowerCase()) ? el.value.slice(0, -begun.length) : el.value;
    el.value = rest + (/^$|[\s([]$/.test(rest) || word === "," || word === "]" ? "" : " ") + word + " ";
    el.focus();
    el.setSelectionRange(el.value.length, el.value.length);
    el.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", e => {
    const el = e.target.closest?.("[data-insert]");
    if (el && field()) put(el.dataset.insert);
  });
  document.addEventListener("keydown", e => {
    const el = field();
    if (!el) return;
    const list = offers(), at = list.indexOf(document.activeElement);
    if (e.target === el && e.key === "ArrowDown" && el.selectionStart === el.value.length && list.length) { e.preventDefault(); list[0].focus(); }
    else if (at >= 0 && (e.key === "ArrowRight" || e.key === "ArrowLeft")) { e.preventDefault(); list[(at + (e.key === "ArrowRight" ? 1 : list.length - 1)) % list.length].focus(); }
    else if (at >= 0 && (e.key === "Escape" || e.key === "ArrowUp")) { e.preventDefault(); el.focus(); }
  });
})();

// A list whose order counts: an item is dragged by its handle, with a mouse or a finger; Escape takes it back. What is dropped
// elsewhere is told to what stands after the list: a button that sends its form as it stands, or a form with the item and its place.
(() => {
  let drag;
  const items = () => [...drag.list.children];
  const end = keep => {
    const { list, item, from, handle, pointer } = drag;
    if (!keep) list.insertBefore(item, items().filter(x => x !== item)[from] ?? null);
    const to = items().indexOf(item);
    drag = undefined;
    item.classList.remove("dragged");
    if (handle.hasPointerCapture(pointer)) handle.releasePointerCapture(pointer);
    const dropped = list.nextElementSibling;
    if (to === from || !dropped?.matches("[data-dropped]")) return;
    if (dropped instanceof HTMLFormElement) {
      dropped.elements.rule.value = item.dataset.item;
      dropped.elements.place.value = to + 1;
      dropped.requestSubmit();
    } else dropped.click();
  };
  document.addEventListener("pointerdown", e => {
    const handle = e.target.closest?.("[data-drag]"), list = handle?.closest("[data-order]");
    if (!list || e.button || drag) return;
    e.preventDefault();
    let item = handle;
    while (item.parentElement !== list) item = item.parentElement;
    handle.setPointerCapture(e.pointerId);
    drag = { list, item, handle, pointer: e.pointerId, from: [...list.children].indexOf(item) };
    item.classList.add("dragged");
  });
  document.addEventListener("pointermove", e => {
    if (!drag || e.pointerId !== drag.pointer) return;
    const { list, item } = drag;
    const middle = el => { const r = el.getBoundingClientRect(); return r.top + r.height / 2; };
    const after = items().find(x => x !== item && e.clientY < middle(x)) ?? null;
    if (after !== item.nextElementSibling) list.insertBefore(item, after);
    if (e.clientY < 64 || e.clientY > innerHeight - 64) item.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("pointerup", e => { if (drag?.pointer === e.pointerId) end(true); });
  document.addEventListener("pointercancel", e => { if (drag?.pointer === e.pointerId) end(false); });
  document.addEventListener("keydown", e => {
    if (!drag || e.key !== "Escape") return;
    e.preventDefault();
    e.stopPropagation();
    end(false);
  }, true);
})();
