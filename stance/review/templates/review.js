// Sends what a form says and puts in the row that the server gives back. The server's HTML is the only markup it takes.
"use strict";
(() => {
  const status = document.getElementById("status"), words = document.body.dataset;
  const say = (text, failed) => { status.textContent = text; status.classList.toggle("failed", failed); };

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, button = event.submitter, row = form.closest("section");
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.set(button.name, button.value);
    const opened = [...row.querySelectorAll("details[open]")].map((d) => d.id);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
      const text = await answer.text();
      if (!answer.ok) return say(words.failed + text, true);
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("section");
      row.replaceWith(fresh);
      for (const id of opened) { const d = document.getElementById(id); if (d) d.open = true; }
      const next = (button && document.getElementById(button.id)) || fresh.querySelector("h2");
      next.focus();
      say(`${words.saved} ${fresh.dataset.n}`, false);
    } catch {
      say(words.failed + words.gone, true);
    }
  });
})();
