/* Page views and marked clicks of a website, sent to the event stream of your customer success platform.
   <script async src="https://…/v1/p.js" data-write-key="prw_…"></script>
   data-user and data-group name the visitor and the company; data-remember="local" keeps the visitor's id
   between visits (nothing is stored otherwise, and cookies are never used); data-manual sends no page view itself.
   A click on anything with data-track="Event name" is sent as that event, with its data-track-* as properties. */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return;
  const options = script.dataset;
  const address = new URL("batch", script.src).href;
  const storage = options.remember === "local" ? localStorage : null;
  const KEY = "perennial_visitor";
  let queue = [];
  let timer = 0;
  let user = options.user || null;
  let group = options.group || null;

  const id = () =>
    crypto.randomUUID
      ? crypto.randomUUID()
      : [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const visitor = (() => {
    try {
      const known = storage && storage.getItem(KEY);
      const made = known || id();
      if (storage && !known) storage.setItem(KEY, made);
      return made;
    } catch {
      return id();
    }
  })();

  const context = () => ({
    library: { name: "p.js", version: "1" },
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(group ? { groupId: group } : {}),
  });

  function send() {
    clearTimeout(timer);
    timer = 0;
    while (queue.length) {
      const batch = queue.splice(0, 20);
      const body = JSON.stringify({ batch, sentAt: new Date().toISOString(), writeKey: options.writeKey });
      const blob = new Blob([body], { type: "text/plain" });
      if (navigator.sendBeacon && navigator.sendBeacon(address, blob)) continue;
      fetch(address, { method: "POST", body, keepalive: true, headers: { "Content-Type": "text/plain" } }).catch(() => {});
    }
  }

  function add(event) {
    queue.push({
      messageId: id(),
      timestamp: new Date().toISOString(),
      anonymousId: visitor,
      ...(user ? { userId: user } : {}),
      context: context(),
      ...event,
    });
    if (!timer) timer = setTimeout(send, 1000);
  }

  const api = {
    page: (name, properties) =>
      add({
        type: "page",
        name: name || document.title,
        properties: { path: location.pathname, referrer: document.referrer.split("?")[0], ...properties },
      }),
    track: (event, properties) => add({ type: "track", event, properties: properties || {} }),
    identify: (userId, traits) => {
      user = userId;
      add({ type: "identify", traits: traits || {} });
    },
    group: (groupId, traits) => {
      group = groupId;
      add({ type: "group", groupId, traits: traits || {} });
    },
    flush: send,
  };

  document.addEventListener(
    "click",
    (click) => {
      const marked = click.target instanceof Element && click.target.closest("[data-track]");
      if (!marked) return;
      const properties = {};
      for (const [name, value] of Object.entries(marked.dataset)) {
        if (name.startsWith("track") && name.length > 5) properties[name[5].toLowerCase() + name.slice(6)] = value;
      }
      api.track(marked.dataset.track, properties);
    },
    { capture: true, passive: true },
  );
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  addEventListener("pagehide", send);

  window.perennial = api;
  if (!("manual" in options)) api.page();
})();
