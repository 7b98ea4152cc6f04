/* J and K move between fields, Y confirms, C goes to the category. The page works without this file. */
(() => {
  const rows = [...document.querySelectorAll("[data-field]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("on"));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const next = rows[at + (key === "j" ? 1 : -1)];
      if (next) location.assign(next.dataset.field);
    } else if (key === "y") {
      rows[at]?.querySelector("form button")?.click();
    } else if (key === "c") {
      event.preventDefault();
      document.getElementById("id_category")?.focus();
    }
  });
  rows[at]?.scrollIntoView({ block: "nearest" });
})();
