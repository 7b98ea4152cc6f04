/* While work is running: ask how it stands, show its progress, and load the page once the state is another one.
   Without this file a browser loads the page again by itself. What somebody has typed is never thrown away. */
(() => {
  const note = document.querySelector("[data-wait]");
  if (!note) return;
  const typed = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((el) => el.value !== el.defaultValue);
  let wait = 700;
  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(note.dataset.wait, { headers: { Accept: "text/html" } });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-wait]");
        if (answer.ok && fresh?.dataset.state !== note.dataset.state) {
          if (!typed()) return location.replace(note.dataset.wait);
          note.querySelector("[data-progress]").textContent = note.dataset.ready;
          return;
        }
        const progress = fresh?.querySelector("[data-progress]")?.textContent;
        const shown = note.querySelector("[data-progress]");
        if (progress && progress !== shown.textContent) shown.textContent = progress;
      } catch { /* the next try may find the server again */ }
    }
    wait = Math.min(wait * 1.3, 10000);
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
})();
