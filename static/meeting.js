// The presenter's page: full screen, and notes that save themselves. Everything works without it, as plain forms.
(() => {
  "use strict";
  const page = document;
  const PAUSE = 1500;  // milliseconds without a key until a note is saved

  // --- Full screen: `f` presses the button (mainstay.js) ------------------------------------------------
  const button = page.querySelector("[data-fullscreen]");
  if (button && page.fullscreenEnabled) {
    button.hidden = false;
    button.addEventListener("click", () =>
      page.fullscreenElement ? page.exitFullscreen() : page.documentElement.requestFullscreen());
  }

  // --- Notes: saved while typed, kept on this device until the server has them --------------------------
  const keyOf = (form) => `note:${form.getAttribute("action")}`;
  const keep = (form, text) => { try { localStorage.setItem(keyOf(form), text); } catch { /* full or forbidden */ } };
  const forget = (form) => { try { localStorage.removeItem(keyOf(form)); } catch { /* as above */ } };
  const kept = (form) => { try { return localStorage.getItem(keyOf(form)); } catch { return null; } };

  function note(form) {
    const field = form.elements.text, version = form.elements.note_version, state = form.querySelector("[data-state]");
    let timer = 0, isSaving = false, saved = field.value, isContested = false;
    const say = (text) => { state.textContent = text; };

    async function save() {
      clearTimeout(timer);
      if (isSaving || isContested || field.value === saved) return;
      isSaving = true;
      const typed = field.value;
      say(form.dataset.textSaving);
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new FormData(form), headers: { "X-Requested-With": "autosave" },
          signal: AbortSignal.timeout(10000), redirect: "error",
        });
        const body = await answer.json();
        if (answer.ok) accept(typed, body);
        else if (body.version !== undefined) contest(body);
        else say(body.detail);
      } catch {
        say(form.dataset.textKept);
        timer = setTimeout(save, PAUSE * 4);
      }
      isSaving = false;
      if (!isContested && field.value !== saved && !timer) timer = setTimeout(save, PAUSE);
    }
    function accept(typed, body) {
      saved = typed;
      version.value = body.version;
      timer = 0;
      if (field.value === typed) { forget(form); delete field.dataset.touched; }
      say(`${form.dataset.textSaved} ${body.saved}`);
    }
    // Somebody else wrote meanwhile: both texts are shown, and the writer chooses.
    function contest(body) {
      isContested = true;
      say(body.detail);
      const box = page.createElement("div");
      box.className = "notice is-warn meeting-theirs";
      const theirs = page.createElement("p");
      theirs.textContent = `${body.by}: ${body.text}`;
      box.append(theirs);
      const choose = (word, text) => {
        const press = page.createElement("button");
        press.type = "button";
        press.className = "btn is-small";
        press.textContent = word;
        press.onclick = () => {
          box.remove();
          isContested = false;
          saved = body.text;
          version.value = body.version;
          field.value = text();
          if (field.value === saved) accept(saved, { version: body.version, saved: "" });
          else save();
        };
        box.append(press);
      };
      choose(form.dataset.textJoin, () => `${body.text}\n${field.value}`);
      choose(form.dataset.textMine, () => field.value);
      choose(form.dataset.textTheirs, () => body.text);
      form.append(box);
    }

    const draft = kept(form);
    if (draft !== null && draft !== field.value && !page.querySelector("[data-signing-in]")) {
      field.value = draft;
      field.dataset.touched = "1";
      say(form.dataset.textKept);
      timer = setTimeout(save, PAUSE);
    }
    field.addEventListener("input", () => {
      keep(form, field.value);
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    });
    field.addEventListener("blur", save);
    form.addEventListener("submit", () => { clearTimeout(timer); saved = field.value; forget(form); });
  }
  for (const form of page.querySelectorAll("form[data-autosave]")) note(form);
})();
