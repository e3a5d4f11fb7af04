// Theme, printing and the contents list.
const root = document.documentElement;
root.classList.add("js");
for (const part of document.querySelectorAll(".filters, .chooser, .tabs, #whatif, .more")) part.hidden = false;

const dark = matchMedia("(prefers-color-scheme: dark)");
document.getElementById("theme").addEventListener("click", () => {
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});
document.getElementById("print").addEventListener("click", () => window.print());

const links = new Map([...document.querySelectorAll(".rail a")].map((a) => [a.hash.slice(1), a]));
const watch = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-15% 0px -75% 0px" });
for (const id of links.keys()) {
  const part = document.getElementById(id);
  if (part) watch.observe(part);
}

// Two views of the cohorts: one is shown; paper shows both.
const heats = [...document.querySelectorAll(".heat")];
const showHeat = (name) => {
  for (const heat of heats) heat.style.display = heat.dataset.heat === name ? "" : "none";
};
for (const input of document.querySelectorAll('input[name="heat"]')) {
  input.addEventListener("change", () => showHeat(input.value));
}
if (heats.length) showHeat(heats[0].dataset.heat);
