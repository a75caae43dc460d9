// Asks for the suggested level and for what was seen before whenever what they follow from changes. Without it a button
// does the same.
(() => {
  const place = document.querySelector("[data-suggestion-url]");
  if (!place) return;
  const form = place.closest("form"), names = ["impact", "urgency", "criteria", "title", "service", "category"];
  let turn = 0;
  form.querySelector("button[name=suggest]").parentElement.remove(); // it would be what Enter presses
  async function suggest() {
    const mine = ++turn, query = new URLSearchParams(), typed = new FormData(form);
    for (const name of names) for (const value of typed.getAll(name)) query.append(name, value);
    try {
      const answer = await fetch(`${place.dataset.suggestionUrl}?${query}`, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine === turn) place.replaceChildren(...page.body.childNodes);
    } catch { /* no connection: the form says on sending what is suggested */ }
  }
  form.addEventListener("change", ({ target }) => { if (names.includes(target.name)) suggest(); });
  addEventListener("pageshow", (event) => { if (event.persisted) suggest(); });
})();
