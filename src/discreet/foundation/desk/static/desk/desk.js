/* Keys and small comforts. Every page works without this file. */
(() => {
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing(document.activeElement)) {
      event.preventDefault();
      document.querySelector("[data-search]")?.focus();
    }
    if (/^Page(Up|Down)$/.test(event.key) && document.activeElement?.closest("[data-pages]")) {
      const to = document.querySelector(`[data-page="${event.key}"]`);
      if (to) { event.preventDefault(); sessionStorage.setItem("discreet-paged", "1"); to.click(); }
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.who[open]").forEach((el) => { el.open = false; el.querySelector("summary").focus(); });
      if (document.activeElement?.matches("[data-search]")) document.activeElement.blur();
      if (location.hash === "#menu") location.hash = "";
    }
  });
  if (sessionStorage.getItem("discreet-paged")) {
    sessionStorage.removeItem("discreet-paged");
    document.querySelector("[data-pages]")?.focus({ preventScroll: true });
  }
  addEventListener("click", (event) => {
    document.querySelectorAll("details.who[open]").forEach((el) => { if (!el.contains(event.target)) el.open = false; });
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.querySelector("span").textContent = button.dataset.copied;
    });
  });
  /* One click, one request. */
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((el) => delete el.dataset.sent));
})();
