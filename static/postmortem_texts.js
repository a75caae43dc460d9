// Several people in one text: saves every five seconds what was typed, and takes in what others saved. The server merges;
// nothing is ever overwritten here that was typed after the last save. Without it the forms have a button.
(() => {
  "use strict";
  const root = document.getElementById("texts");
  if (!root) return;
  const SECONDS = 5;
  const words = root.dataset;
  const forms = [...root.querySelectorAll("form[data-section]")];
  const draftKey = (form) => `section:${form.action}`;
  const state = (form, text) => { form.closest("section").querySelector("[data-state]").textContent = text; };
  let isOver = false;

  const places = forms.map((form) => {
    const area = form.elements.text;
    form.querySelector(".form-foot").hidden = true;
    return { form, area, key: form.dataset.section, base: Number(form.elements.base.value), known: area.value, sending: false };
  });

  // Puts a text into the field and keeps the caret at what it stood at.
  function show(place, text) {
    const { area } = place, old = area.value;
    if (old === text) return;
    const { selectionStart, selectionEnd, scrollTop } = area;
    let same = 0, end = 0;
    const most = Math.min(old.length, text.length);
    while (same < most && old[same] === text[same]) same += 1;
    while (end < most - same && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
    const moved = (at) => (at <= same ? at : Math.max(same, at >= old.length - end ? at + text.length - old.length : Math.min(at, text.length - end)));
    area.value = text;
    if (document.activeElement === area) area.setSelectionRange(moved(selectionStart), moved(selectionEnd));
    area.scrollTop = scrollTop;
  }
  // What was not saved survives a reload, with the version that it grew out of.
  function keepDraft(place) {
    if (place.area.value === place.known) sessionStorage.removeItem(draftKey(place.form));
    else sessionStorage.setItem(draftKey(place.form), JSON.stringify({ base: place.base, known: place.known, text: place.area.value }));
  }
  function tellHints(place, hints) {
    const list = place.form.querySelector("[data-hints]");
    list.replaceChildren(...hints.map((hint) => { const item = document.createElement("li"); item.textContent = hint; return item; }));
  }
  async function save(place) {
    const sent = place.area.value;
    if (place.sending || sent === place.known) return;
    place.sending = true;
    const body = new FormData(place.form);
    body.set("text", sent);
    body.set("base", place.base);
    try {
      const answer = await fetch(place.form.action, {
        method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000),
      });
      const told = await answer.json();
      if (!answer.ok) { state(place.form, told.reason); return; }
      const isUntouched = place.area.value === sent;
      place.base = isUntouched ? told.version : told.sent;
      place.known = isUntouched ? told.text : sent;
      if (isUntouched) show(place, told.text);
      state(place.form, told.saved);
      tellHints(place, told.hints);
      keepDraft(place);
    } catch { state(place.form, words.textFailed); } finally { place.sending = false; }
  }
  async function poll() {
    const known = places.map((place) => `${place.key}:${place.base}`).join(",");
    try {
      const answer = await fetch(`${words.pollUrl}?known=${encodeURIComponent(known)}`, {
        headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000),
      });
      if (!answer.ok || answer.redirected) return;
      const told = await answer.json();
      if (told.phase !== words.phase && !isOver) {
        isOver = true;
        places.forEach((place) => state(place.form, words.textOver));
      }
      for (const place of places) {
        const fresh = told.texts[place.key];
        place.form.querySelector("[data-writers]").textContent = told.writers[place.key] || "";
        // Typed meanwhile: the next save merges.
        if (!fresh || place.sending || place.area.value !== place.known || fresh.version <= place.base) continue;
        show(place, fresh.text);
        place.base = fresh.version;
        place.known = fresh.text;
        state(place.form, fresh.saved);
      }
    } catch { /* the next turn tries again */ }
  }
  async function turn() {
    await Promise.all(places.map(save));
    await poll();
    setTimeout(turn, (document.hidden ? 6 : 1) * SECONDS * 1000);
  }
  for (const place of places) {
    const draft = JSON.parse(sessionStorage.getItem(draftKey(place.form)) || "null");
    if (draft && draft.text !== place.area.value) {
      place.base = draft.base;
      place.known = draft.known;
      place.area.value = draft.text;
    }
    place.area.addEventListener("input", () => { keepDraft(place); state(place.form, words.textUnsaved); });
    place.form.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); save(place); });
  }
  addEventListener("beforeunload", (event) => {
    if (places.some((place) => place.area.value !== place.known)) event.preventDefault();
  });
  setTimeout(turn, SECONDS * 1000);
})();
