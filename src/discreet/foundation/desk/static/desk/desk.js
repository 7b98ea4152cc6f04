/* Keys and small comforts. Every page works without this file. */
(() => {
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  /* WCAG 2.1.4: who speaks or types by chance can switch single keys off. */
  const keysOn = () => localStorage.getItem("discreet-keys") !== "off";
  const box = document.querySelector("[data-search]");
  const list = document.querySelector("[data-suggestions]");
  const places = () => [...(list?.querySelectorAll("a") ?? [])];
  const closeSuggestions = () => { if (list) list.replaceChildren(); };
  document.querySelector("form.find")?.addEventListener("keydown", (event) => {
    const links = places();
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
    if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (at ? links[at - 1] : box).focus(); }
    if (event.key === "Escape" && list?.firstChild) { event.preventDefault(); event.stopPropagation(); closeSuggestions(); box.focus(); }
  });
  document.querySelector("form.find")?.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) closeSuggestions();
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length === 1 && event.key !== "?" && !keysOn()) return;
    if (event.key === "/" && !typing(document.activeElement)) {
      event.preventDefault();
      document.querySelector("[data-search]")?.focus();
    }
    /* Lists: J the next row, K the one before, Y confirms it, C corrects it. */
    const row = document.activeElement?.closest?.("[data-rows] > li, [data-rows] > tbody > tr");
    if (/^[yc]$/i.test(event.key) && !event.shiftKey && !event.defaultPrevented && row && !typing(document.activeElement)) {
      const to = row.querySelector(event.key.toLowerCase() === "y" ? "[data-yes]" : "[data-other]");
      if (to) { event.preventDefault(); sessionStorage.setItem("discreet-row", [...row.parentElement.children].indexOf(row)); to.click(); }
    }
    if (event.key === "?" && !event.defaultPrevented && !typing(document.activeElement) && document.querySelector("[data-rows]")) {
      const keys = document.querySelector("[data-keys]");
      if (keys) { event.preventDefault(); keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); }
    }
    if (/^[jk]$/i.test(event.key) && !event.shiftKey && !event.defaultPrevented && !typing(document.activeElement)) {
      const rows = [...document.querySelectorAll("[data-rows] > li, [data-rows] > tbody > tr")].filter((row) => row.querySelector("a") && row.getClientRects().length);
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const to = rows[event.key.toLowerCase() === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
      if (to) { event.preventDefault(); to.querySelector("a").focus(); }
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
  /* After a decision by key the hand is where it was: on the first row that waits from there on. */
  const at = sessionStorage.getItem("discreet-row");
  sessionStorage.removeItem("discreet-row");
  if (at !== null) {
    const rows = [...document.querySelectorAll("[data-rows] > tbody > tr, [data-rows] > li")].filter((one) => one.querySelector("[data-yes]"));
    const all = [...(rows[0]?.parentElement.children ?? [])];
    (rows.find((one) => all.indexOf(one) >= Number(at)) ?? rows[0])?.querySelector("a")?.focus();
  }
  document.querySelectorAll("[data-keys-on]").forEach((one) => { one.checked = keysOn(); });
  addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) localStorage.setItem("discreet-keys", event.target.checked ? "on" : "off");
  });
  addEventListener("click", (event) => {
    if (list && !list.closest("form").contains(event.target)) closeSuggestions();
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
