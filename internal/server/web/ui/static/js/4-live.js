// One live stream for all pages of a browser: over HTTP/1.1 it opens only six connections to a site, and a stream of its own for each
// page would starve the seventh. The page that holds the lock leads: it opens the stream and hands what it hears to the others. When it
// closes, the next in line goes on after the last event that it heard. Without locks (they need HTTPS or localhost) each page listens
// for itself.
(() => {
  const url = document.body?.dataset.live;
  if (!url) return;
  const name = "gw:live:" + gw.me(), patience = 3000;
  const shared = navigator.locks && window.BroadcastChannel;
  const channel = shared ? new BroadcastChannel(name) : null;
  let last = "", source = null, retry = 0, wait = 1000, leave = null, answered = true;

  const hear = (kind, data, id) => { if (id) last = id; gw.hear(kind, data); };
  const tell = (kind, data = {}, id = "") => { hear(kind, data, id); channel?.postMessage({ kind, data, id }); };

  // open listens from after an event on; "0" stands for a moment of which only the server knows what has happened since.
  const open = after => {
    source = new EventSource(after ? url + "?after=" + encodeURIComponent(after) : url);
    for (const kind of ["ticket", "parcel", "case", "refund", "counts", "presence", "toast"]) {
      source.addEventListener(kind, e => {
        let data = {};
        try { data = JSON.parse(e.data); } catch { /* a page of ours never sends such */ }
        tell(kind, data, e.lastEventId);
      });
    }
    source.onopen = () => { wait = 1000; tell("back"); };
    source.onerror = () => {
      tell("lost");
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      retry = setTimeout(() => open(last || "0"), wait);
      wait = Math.min(60000, wait * 2);
    };
  };
  const shut = () => { clearTimeout(retry); source?.close(); source = null; };

  if (!shared) { open(""); addEventListener("pagehide", shut); return; }

  // follow waits in line and leads until leave is called or somebody takes over.
  const follow = (after, options = {}) => navigator.locks.request(name, options, () => {
    open(last || after);
    return new Promise(done => { leave = done; });
  }).catch(() => {}).finally(() => {
    const led = leave;
    leave = null; shut();
    if (led) follow("0");
  });
  // A leader out of sight may be put to sleep: it makes way if somebody waits, and who comes into sight makes sure that one is awake.
  const makeWay = async () => {
    const { pending } = await navigator.locks.query();
    if (leave && document.hidden && pending.some(p => p.name === name)) leave();
  };
  const probe = () => {
    if (leave) return;
    answered = false;
    channel.postMessage({ kind: "awake?" });
    setTimeout(() => { if (!answered && !leave && !document.hidden) follow("0", { steal: true }); }, patience);
  };
  channel.onmessage = ({ data: m }) => {
    if (m.kind === "awake?") { if (leave) { channel.postMessage({ kind: "awake" }); makeWay(); } }
    else if (m.kind === "awake") answered = true;
    else { answered = true; hear(m.kind, m.data, m.id); }
  };
  document.addEventListener("visibilitychange", () => document.hidden ? makeWay() : probe());
  addEventListener("pageshow", e => { if (e.persisted) follow("0"); });
  addEventListener("pagehide", shut);
  // The first page of a browser has just been drawn; one that leads later goes on where the leader before it stopped.
  navigator.locks.query().then(({ held }) => follow(held.some(h => h.name === name) ? "0" : ""));
})();
