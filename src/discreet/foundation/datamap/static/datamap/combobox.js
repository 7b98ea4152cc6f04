/* A select with data-combobox becomes a combobox that filters by any word of an option (data-words).
   The select stays: it holds the value, and without this file it is what one uses. Source: ARIA APG, combobox. */
(() => {
  let made = 0;
  const build = (select) => {
    if (select.dataset.built) return;
    select.dataset.built = "1";
    const id = `combo-${++made}`;
    const box = document.createElement("input");
    Object.assign(box, { type: "text", id, className: "form-control", autocomplete: "off", spellcheck: false, placeholder: select.dataset.combobox });
    const list = document.createElement("ul");
    Object.assign(list, { id: `${id}-list`, className: "combo-list", hidden: true });
    list.setAttribute("role", "listbox");
    const label = document.querySelector(`label[for="${select.id}"]`);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) box.setAttribute(name, value);
    if (label) { label.htmlFor = id; label.id ||= `${id}-label`; list.setAttribute("aria-labelledby", label.id); }
    const options = [...select.options].map((option, at) => {
      const item = document.createElement("li");
      item.id = `${id}-${at}`;
      item.textContent = option.text;
      item.setAttribute("role", "option");
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      list.append(item);
      return { item, option, words: `${option.dataset.words || ""} ${option.text}`.toLowerCase() };
    });
    let active = null;
    const shown = () => options.filter((one) => !one.item.hidden);
    const point = (one) => {
      active = one || null;
      options.forEach((each) => each.item.setAttribute("aria-selected", String(each === active)));
      if (active) { box.setAttribute("aria-activedescendant", active.item.id); active.item.scrollIntoView({ block: "nearest" }); }
      else box.removeAttribute("aria-activedescendant");
    };
    const open = (is) => { list.hidden = !is; box.setAttribute("aria-expanded", String(is)); if (!is) point(null); };
    const filter = () => {
      const words = box.value.trim().toLowerCase().split(/\s+/);
      options.forEach((one) => { one.item.hidden = !words.every((word) => one.words.includes(word)); });
      open(shown().length > 0);
      point(shown().find((one) => one.words.split(" ").some((word) => word.startsWith(words[0]))) || shown()[0]);
    };
    const reset = () => { box.value = select.selectedOptions[0]?.text || ""; open(false); };
    const choose = (item) => {
      select.value = options.find((one) => one.item === item).option.value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      reset();
    };
    box.addEventListener("input", filter);
    box.addEventListener("blur", reset);
    box.addEventListener("focus", () => box.select());
    box.addEventListener("keydown", (event) => {
      const all = shown(), at = all.indexOf(active);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { options.forEach((one) => { one.item.hidden = false; }); open(true); point(options.find((one) => one.option.selected)); return; }
        point(all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % all.length]);
      } else if (event.key === "Enter" && !list.hidden && active) { event.preventDefault(); choose(active.item); }
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); reset(); box.select(); }
    });
    const place = document.createElement("div");
    place.className = "combo";
    select.hidden = true;
    select.before(place);
    place.append(box, list);
    reset();
  };
  const all = () => document.querySelectorAll("select[data-combobox]").forEach(build);
  document.body.addEventListener("htmx:afterSwap", all);
  document.body.addEventListener("htmx:oobAfterSwap", all);
  all();
})();
