// Passkeys: a form with data-passkey asks for a challenge at data-options, lets the device answer it, and sends the answer like any
// other field. Where the browser knows no passkeys the form stays hidden.
(() => {
  const able = () => !!window.PublicKeyCredential?.parseRequestOptionsFromJSON && !!window.PublicKeyCredential?.parseCreationOptionsFromJSON;
  const show = () => { if (able()) for (const f of gw.$$("form[data-passkey]")) f.hidden = false; };
  const answer = async (form, from) => {
    const field = gw.$("input[name=passkey], input[name=proof_passkey]", form);
    const failed = gw.$("[data-passkey-failed]", form);
    const button = from || gw.$("button[type=submit]", form);
    failed.hidden = true;
    button.disabled = true;
    try {
      const res = await gw.send("POST", form.dataset.options, {}, { headers: { Accept: "application/json" } });
      const options = await res.json();
      if (options.confirm) { location.href = options.confirm; return; }
      if (!res.ok) throw new Error(options.error);
      const known = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      field.value = JSON.stringify(known.toJSON());
      form.submit();
    } catch {
      failed.hidden = false; // the person declined, or the device has no key for us
      button.disabled = false;
    }
  };
  document.addEventListener("submit", e => {
    const form = e.target.closest("form[data-passkey]");
    if (!form) return;
    e.preventDefault();
    answer(form, e.submitter);
  });
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:after:swap", show);
})();
