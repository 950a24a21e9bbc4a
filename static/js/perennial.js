// Small behaviours on plain HTML. Everything here also works without it, only less smoothly.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Menus: <details class="pn-menu"> close on Escape, on a click elsewhere and when another opens.
document.addEventListener("click", (event) => {
  for (const menu of all("details.pn-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.pn-menu[open]") || one("details.pn-menu[open]");
  if (menu) { menu.open = false; one("summary", menu).focus(); }
});
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest("details.pn-menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

// Confirm: <form data-confirm="…"> and hx-confirm ask in the page's own dialog.
function ask(text, yes) {
  const dialog = one("#confirm"), button = one("[data-confirm-yes]", dialog);
  one("#confirm-text", dialog).textContent = text;
  button.dataset.plain ??= button.textContent;
  button.textContent = yes || button.dataset.plain;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
document.addEventListener("submit", async (event) => {
  const form = event.target, from = event.submitter, text = from?.dataset.confirm || form.dataset.confirm;
  if (!text || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(text, from?.dataset.confirmYes || form.dataset.confirmYes))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(from);
  delete form.dataset.confirmed;
}, true);
document.addEventListener("htmx:confirm", async (event) => {
  const text = event.detail.ctx.confirm;
  if (!text) return;
  event.preventDefault();
  (await ask(text, event.target.dataset.confirmYes)) ? event.detail.issueRequest() : event.detail.dropRequest();
});

// Toasts: leave after a while unless something in them is being used.
function watch(toast) {
  const stay = one("form", toast) ? 12000 : 6000;
  const leave = () => toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove();
  setTimeout(leave, stay);
}
function say(text, tone = "bad") {
  const area = one("#toasts"), toast = document.createElement("div"), line = document.createElement("p");
  if (!area) return;
  toast.className = `pn-toast ${tone}`;
  line.textContent = text;
  toast.append(line);
  area.append(toast);
  watch(toast);
}
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) watch(node);
}).observe(one("#toasts"), { childList: true });
all("[data-toast]").forEach(watch);
document.addEventListener("htmx:response:error", (event) => {
  const { status } = event.detail.ctx.response, area = one("#toasts");
  if (status === 401) location.reload();
  else if (status === 403) say(area.dataset.forbidden);
  else if (status !== 422) say(area.dataset.failed);
});
document.addEventListener("htmx:error", () => say(one("#toasts").dataset.offline));

// Floating things stand beside what opened them, inside the window.
function place(box, anchor) {
  const at = anchor.getBoundingClientRect(), size = box.getBoundingClientRect(), edge = 8;
  const left = Math.min(Math.max(edge, at.left + at.width / 2 - size.width / 2), innerWidth - size.width - edge);
  const below = at.bottom + 6 + size.height < innerHeight;
  Object.assign(box.style, { position: "fixed", margin: "0", inset: "auto", left: `${left}px`, top: `${below ? at.bottom + 6 : Math.max(edge, at.top - size.height - 6)}px` });
}
document.addEventListener("toggle", (event) => {
  if (event.newState !== "open" || !event.target.matches(".pn-def-text")) return;
  place(event.target, one(`[popovertarget="${event.target.id}"]`));
}, true);
let hovering;
document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const button = event.target.closest?.(".pn-def-button"), text = button?.nextElementSibling;
  clearTimeout(hovering);
  if (text) hovering = setTimeout(() => text.showPopover(), 250);
  else if (!event.target.closest?.(".pn-def-text")) hovering = setTimeout(() => all(".pn-def-text:popover-open").forEach((open) => open.contains(document.activeElement) || document.activeElement?.nextElementSibling === open || open.hidePopover()), 200);
});

// Charts: the <title> of a shape becomes a tip that follows the pointer at once.
let tip;
document.addEventListener("pointerover", (event) => {
  const shape = event.target.closest?.(".pn-chart svg g, .pn-heat td[title], .pn-heat td[data-tip]");
  if (!shape) { if (tip) tip.hidden = true; return; }
  const title = shape.matches("td") ? null : one("title", shape);
  if (title) { shape.dataset.tip = title.textContent; title.remove(); }
  if (shape.title) { shape.dataset.tip = shape.title; shape.removeAttribute("title"); }
  if (!shape.dataset.tip) return;
  tip ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "pn-tip" }));
  tip.setAttribute("aria-hidden", "true");
  tip.textContent = shape.dataset.tip;
  tip.hidden = false;
  const dot = one(".pn-dot, .pn-bubble", shape) || shape.querySelector("rect") || shape;
  place(tip, dot);
});

// Addresses in links and hidden fields follow the filters that were changed without a new page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-with-query]");
  if (link) link.search = location.search;
});
document.addEventListener("submit", (event) => {
  for (const field of all("[data-query]", event.target)) field.value = location.search.slice(1);
}, true);

// Rows: a head box ticks all; the bar of actions shows how many are ticked.
function count(scope) {
  const boxes = all("tbody [data-pick]", scope), head = one("[data-pick-all]", scope);
  const chosen = boxes.filter((box) => box.checked).length, bar = one("[data-selected]", scope);
  if (head) { head.checked = chosen > 0 && chosen === boxes.length; head.indeterminate = chosen > 0 && chosen < boxes.length; }
  if (bar) { bar.hidden = !chosen; one("[data-count]", bar).textContent = chosen; }
}
document.addEventListener("change", (event) => {
  const scope = event.target.closest("[data-selection]");
  if (!scope || !event.target.matches("[data-pick], [data-pick-all]")) return;
  if (event.target.matches("[data-pick-all]")) all("tbody [data-pick]", scope).forEach((box) => { box.checked = event.target.checked; });
  count(scope);
});
document.addEventListener("htmx:after:settle", () => all("[data-selection]").forEach(count));

// Forms that send themselves when something in them changes (filters).
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-autosubmit]") && !event.target.matches("[type=search]")) form.requestSubmit();
});

// Dialogs: data-open="id" opens one; links keep their address where dialogs cannot open.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]"), dialog = opener && document.getElementById(opener.dataset.open);
  if (!dialog || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  dialog.id === "palette" ? document.dispatchEvent(new CustomEvent("palette:show")) : dialog.showModal();
});
document.addEventListener("click", (event) => {
  if (event.target.matches("dialog:is(.pn-dialog, .pn-palette)")) event.target.close();
  event.target.closest("[data-close]")?.closest("dialog")?.close();
});
