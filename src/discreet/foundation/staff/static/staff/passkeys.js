// Shows what needs a passkey only where the browser knows passkeys, and says so when one did not work.
(function () {
  "use strict";
  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-passkey]").forEach(function (element) { element.hidden = false; });
  } else {
    document.querySelectorAll("[data-no-passkey]").forEach(function (element) { element.hidden = false; });
  }
  document.addEventListener("allauth.error", function (event) {
    const note = document.getElementById("passkey-failed");
    if (note) { event.preventDefault(); note.hidden = false; note.focus(); }
  });
})();
