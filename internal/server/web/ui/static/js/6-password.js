// Passwords: a button shows what was typed, and the server weighs a new one while it is typed.
(() => {
  const show = (button, on) => {
    document.getElementById(button.dataset.reveal).type = on ? "text" : "password";
    button.setAttribute("aria-pressed", on);
  };
  const ready = () => { for (const b of gw.$$("[data-reveal]")) b.hidden = false; };
  const weigh = gw.debounce(async field => {
    const box = gw.$("[data-weighed]", field.closest(".field")), form = new FormData(field.form);
    box.hidden = !field.value;
    if (!field.value) return;
    const about = ["email", "username", "name", "workspace"].map(n => form.get(n)).filter(Boolean).join(" ");
    const answer = await gw.send("POST", field.dataset.weigh, { password: field.value, about }, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) { box.hidden = true; return; }
    const { level, text } = await answer.json();
    box.dataset.level = level;
    gw.$("[role=status]", box).textContent = text;
  }, 250);
  document.addEventListener("click", e => {
    const b = e.target.closest?.("[data-reveal]");
    if (b) show(b, b.getAttribute("aria-pressed") !== "true");
  });
  document.addEventListener("submit", e => { for (const b of gw.$$("[data-reveal]", e.target)) show(b, false); }, true);
  document.addEventListener("input", e => { if (e.target.dataset.weigh) weigh(e.target); });
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:after:swap", ready);
})();
