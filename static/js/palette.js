// The command palette: a combobox over a listbox inside a modal <dialog>.
"use strict";

(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const field = dialog.querySelector("input"), list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-palette-status]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

  for (const key of document.querySelectorAll("[data-shortcut]")) key.textContent = isMac ? "⌘K" : "Ctrl K";

  function show() {
    if (dialog.open) return;
    dialog.showModal();
    field.value = "";
    field.dispatchEvent(new CustomEvent("palette:open"));
    field.focus();
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const every = options(), now = every.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (every.length) choose(every[(now + step + every.length) % every.length]);
  }

  const steps = { ArrowDown: 1, ArrowUp: -1 };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (steps[event.key]) { event.preventDefault(); move(steps[event.key]); }
    if (event.key === "Enter") {
      event.preventDefault();
      list.querySelector("[aria-selected=true]")?.click();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") choose(option);
  });
  // After settling, since htmx first carries attributes over from the old options.
  list.addEventListener("htmx:after:settle", () => {
    const every = options();
    choose(every[0]);
    status.textContent = (every[0] || list).textContent.trim();
  });

  document.addEventListener("palette:show", show);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      show();
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      show();
    }
  });
})();
