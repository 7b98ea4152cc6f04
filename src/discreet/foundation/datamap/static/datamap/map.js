/* The keys of a table's page. Every act is a form that works without this file; htmx sends it and swaps what changed. */
(() => {
  const $ = (what, inside = document) => inside.querySelector(what);
  const $$ = (what, inside = document) => [...inside.querySelectorAll(what)];
  const typing = (el) => /^(INPUT|TEXTAREA|SELECT)$/.test(el?.tagName) && el.type !== "checkbox";
  const rows = () => $$("[data-fields] tr[data-field]");
  const say = (text) => { const place = $("#map-say"); if (place) place.textContent = text; };
  const isOn = () => localStorage.getItem("discreet-keys") !== "off";
  let goal = null; // what waits for the side panel

  const current = () => document.activeElement?.closest?.("tr[data-field]") || $("tr.on[data-field]") || rows()[0];
  const mark = (row) => {
    rows().forEach((one) => one.classList.toggle("on", one === row));
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  let asked;
  const show = (row, then = null) => { // the side panel follows, once the hand rests
    clearTimeout(asked);
    goal = then;
    asked = setTimeout(() => htmx.ajax("GET", `${$("[data-fields]").dataset.fields}field=${row.dataset.field}`, { target: "#map-side", swap: "innerHTML" }), then ? 0 : 120);
  };
  const move = (step) => {
    const all = rows(), from = current();
    const waiting = all.filter((row) => "open" in row.dataset);
    const list = waiting.length ? waiting : all;
    const at = all.indexOf(from);
    const next = step > 0 ? list.find((row) => all.indexOf(row) > at) : list.filter((row) => all.indexOf(row) < at).pop();
    const row = document.activeElement?.closest?.("tr[data-field]") || from?.matches(".on") ? next : from;
    if (!row) { $(`[data-more="${step}"]`)?.click(); return; } // on to the next page
    mark(row);
    say(row.dataset.said);
    show(row);
  };
  const decide = (row, what) => {
    const token = $("[name=csrfmiddlewaretoken]");
    if (!token || !row) return;
    htmx.ajax("POST", $("[data-decide]").dataset.decide, { target: "#map-work", swap: "outerHTML",
      values: { csrfmiddlewaretoken: token.value, what, field: `${row.dataset.field}:${row.dataset.seen}` } });
  };
  const counted = () => {
    const bar = $("[data-bulk]");
    if (!bar) return;
    const count = $$("[data-fields] input[name=field]:checked").length;
    bar.hidden = !count;
    $("[data-count]", bar).textContent = count;
  };
  const acts = {
    j: () => move(1), arrowdown: () => move(1), k: () => move(-1), arrowup: () => move(-1),
    y: () => $("form[data-confirm]", current())?.requestSubmit(),
    enter: () => $("form[data-confirm]", current())?.requestSubmit(),
    e: () => edit(), c: () => edit(),
    n: () => decide(current(), "none"),
    x: () => { const box = $("input[name=field]", current()); if (box) { box.checked = !box.checked; mark(current()); counted(); say(`${box.getAttribute("aria-label")} ${box.checked ? "✓" : "—"}`); } },
    u: () => $("form[data-undo]")?.requestSubmit(),
    f: () => { const box = $("[data-jump]"); box?.focus(); box?.select(); },
    "[": () => $('[data-go="["]')?.click(), "]": () => $('[data-go="]"]')?.click(),
    "?": () => { const keys = $("[data-keys]"); keys.open = !keys.open; if (keys.open) { $("summary", keys).focus(); keys.scrollIntoView({ block: "nearest" }); } },
  };
  const edit = () => {
    const row = current();
    if (row?.dataset.field === $("#correct")?.dataset.field) focusCategory(); else if (row) show(row, focusCategory);
  };
  const focusCategory = () => { const box = $("#correct [role=combobox]") || $("#id_category"); box?.focus(); box?.select?.(); };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const el = document.activeElement;
    if (event.key === "Escape" && el?.closest?.("#correct")) { event.preventDefault(); const row = $("tr.on[data-field]"); if (row) mark(row); return; }
    if (typing(el) || !$("[data-fields]")) return;
    const key = event.key.toLowerCase(), act = acts[key];
    if (!act || !(isOn() || key === "?")) return;
    const onRow = !el || el === document.body || el.id === "content" || el.matches("tr[data-field]");
    if (/^(enter|arrow)/.test(key) && !onRow && !(key !== "enter" && el.closest("[data-fields]"))) return;
    event.preventDefault();
    act();
  });
  addEventListener("change", (event) => {
    if (event.target.name === "field") counted();
    const form = event.target.closest?.("[data-correct]"), note = form && $("[data-unsaved]", form);
    if (!note) return; // a chosen category is not yet a decision
    note.hidden = $("[name=category]", form).value === $("[name=seen]", form).value;
    say(note.hidden ? "" : note.textContent.trim());
  });
  addEventListener("input", (event) => { // the tree narrows as one types; Enter asks the server, which knows every table
    if (!event.target.matches("[data-tree-filter]")) return;
    const words = event.target.value.trim().toLowerCase();
    $$(".tree .l1").forEach((li) => { li.hidden = !li.querySelector(".mono").textContent.toLowerCase().includes(words); });
  });
  const ready = () => {
    counted();
    const on = $("[data-keys-on]");
    if (on) on.checked = isOn();
  };
  /* A refusal comes with the parts it is told in. */
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if ((status === 409 || status === 422 || status === 404) && event.detail.xhr.responseText.includes('id="map-work"')) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  let wasIn = false;
  document.body.addEventListener("htmx:beforeRequest", () => { const el = document.activeElement; wasIn = !el || el === document.body || Boolean(el.closest("#map-work")); });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    ready();
    if (event.detail.target.id === "map-side") { goal?.(); goal = null; return; }
    const row = $("tr.on[data-field]");
    if (event.detail.target.id === "map-work" && wasIn && row && !$("#correct .is-invalid, #correct [role=alert]")) { mark(row); say(row.dataset.said); }
    else if (event.detail.target.id === "map-work") focusCategory();
  });
  $(".tree [aria-current]")?.scrollIntoView({ block: "nearest" });
  $("tr.on[data-field]")?.scrollIntoView({ block: "nearest" });
  ready();
})();
