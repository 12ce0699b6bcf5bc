// The door of a warehouse: a scanner types like a keyboard, so the one input always has the focus, and a tone and a flash
// tell from afar how the last scan went.
(() => {
  const tone = good => {
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!Audio) return;
    const at = new Audio(), o = at.createOscillator(), g = at.createGain();
    o.frequency.value = good ? 880 : 220;
    g.gain.value = 0.15;
    o.connect(g).connect(at.destination);
    o.start();
    o.stop(at.currentTime + (good ? 0.09 : 0.35));
    o.onended = () => at.close();
  };
  let heard = null;
  const ready = () => {
    const form = document.querySelector(".door-scan");
    if (!form || form === heard) return;
    heard = form;
    form.querySelector("#door-code").focus();
    if (form.dataset.sound) tone(form.dataset.sound === "good");
  };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:after:swap", ready);
  document.addEventListener("keydown", e => {
    const code = document.getElementById("door-code");
    if (!code || e.key.length !== 1 || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input,select,textarea,button,a,dialog")) return;
    code.focus();
    e.stopPropagation();
  }, true);
})();
