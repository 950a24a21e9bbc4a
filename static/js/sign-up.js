// Guesses that the server could not make: the browser's own time zone, and an address made from the name.
(() => {
  const zone = document.querySelector("[data-guess-timezone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !zone.classList.contains("is-invalid") && [...zone.options].some((option) => option.value === here)) zone.value = here;
  const slug = document.querySelector("[data-slug-of]");
  const name = slug && document.getElementById(slug.dataset.slugOf);
  if (!name) return;
  let own = slug.value !== "";
  slug.addEventListener("input", () => { own = slug.value !== ""; });
  name.addEventListener("input", () => {
    if (own) return;
    slug.value = name.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/ł/gi, "l").replace(/ø/gi, "o").replace(/æ/gi, "ae")
      .toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 44);
  });
})();
