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
  // Where the browser reads barcodes, a photo of one is as good as a scanner.
  const pictures = async () => {
    const label = document.querySelector("[data-scan-picture]");
    if (!label || !window.BarcodeDetector) return;
    if (!(await BarcodeDetector.getSupportedFormats()).length) return;
    label.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", pictures);
  document.addEventListener("htmx:after:swap", pictures);
  document.addEventListener("change", async e => {
    const label = e.target.closest("[data-scan-picture]"), form = label && label.closest(".door-scan");
    if (!form || !e.target.files[0]) return;
    let found = [];
    try {
      found = await new BarcodeDetector().detect(await createImageBitmap(e.target.files[0]));
    } catch { /* a picture that cannot be read holds no code */ }
    e.target.value = "";
    if (!found.length) return tone(false);
    form.querySelector("#door-code").value = found[0].rawValue;
    form.requestSubmit();
  });
  document.addEventListener("keydown", e => {
    const code = document.getElementById("door-code");
    if (!code || e.key.length !== 1 || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input,select,textarea,button,a,dialog")) return;
    code.focus();
    e.stopPropagation();
  }, true);
})();
