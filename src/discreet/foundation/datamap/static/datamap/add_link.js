/* Another table has other columns: ask for them as soon as it is chosen. Without this file, the button does. */
document.querySelector("#id_to_table")?.addEventListener("change", (event) => {
  const form = event.target.form;
  form.querySelector("#id_to_columns").value = "";
  form.requestSubmit(form.querySelector("[data-look]"));
});
