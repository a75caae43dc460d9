// Makes pages faster; every page works without it. The words come from the server.
(() => {
  "use strict";
  const page = document;
  const words = page.body.dataset;
  const all = (selector, root = page) => [...root.querySelectorAll(selector)];
  const isField = (node) => node instanceof Element && node.matches("input, textarea, select, [contenteditable]");

  // Says something in the corner; `button` is an optional [label, action]. Stays until removed when `seconds` is 0.
  function toast(text, { tone = "", seconds = 5, button = null } = {}) {
    const box = page.createElement("div");
    box.className = `toast ${tone}`;
    box.append(text);
    if (button) {
      const press = page.createElement("button");
      press.type = "button";
      press.textContent = button[0];
      press.onclick = () => { box.remove(); button[1](); };
      box.append(press);
    }
    page.getElementById("toasts")?.append(box);
    if (seconds) setTimeout(() => box.remove(), seconds * 1000);
    return box;
  }

  // --- Clocks: count towards the server's deadlines by the server's time -----------------------------
  let offset = 0;
  const readServerTime = (root) => {
    const now = Date.parse(root.documentElement.dataset.serverNow);
    if (now) offset = now - Date.now();
  };
  const two = (number) => String(number).padStart(2, "0");
  function duration(seconds) {
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60, rest = two(seconds % 60);
    if (days) return words.textDays.replace("{days}", days).replace("{hours}", hours);
    return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
  }
  function tick() {
    for (const node of all("time[data-countdown]")) {
      const left = Math.round((Date.parse(node.dataset.countdown) - Date.now() - offset) / 1000);
      if (Number.isNaN(left)) continue;
      const pattern = node.dataset.plain !== undefined ? "{time}" : left < 0 ? words.textOver : words.textLeft;
      const text = pattern.replace("{time}", duration(Math.abs(left)));
      if (node.textContent !== text) node.textContent = text;
    }
  }

  // --- Live refresh: fetch this page again, morph the parts marked data-live --------------------------
  const main = page.querySelector("main[data-live-url]");
  let lastHeard = Date.now(), lost = null, pill = null, timer = 0;
  const waiting = new Map(); // id of a list -> [number of new rows, what shows them]

  const isBusy = (node) => node.contains(page.activeElement) && isField(page.activeElement)
    || all("input, textarea, select", node).some((field) => field.dataset.touched);
  const keepWhatIsInUse = {
    beforeNodeMorphed(old, fresh) {
      if (!(old instanceof Element) || !(fresh instanceof Element)) return true;
      if (old.matches("form") && isBusy(old)) return false;
      if (old.matches("details[open]")) fresh.setAttribute("open", "");
      if (old.matches(".is-current")) fresh.classList.add("is-current");
      if (old.matches("input[type=checkbox]")) fresh.checked = old.checked;
      if (old.matches("time[data-countdown]") && old.dataset.countdown === fresh.dataset.countdown) return false;
      return true;
    },
    beforeNodeRemoved: (node) => !(node instanceof Element) || !isBusy(node),
  };
  const morph = (old, fresh) => Idiomorph.morph(old, fresh, { ignoreActiveValue: true, callbacks: keepWhatIsInUse });

  // Rows never move under the pointer: known rows change in place, new ones wait until they are asked for.
  function morphRows(old, fresh) {
    const known = new Set(all(":scope > [id]", old).map((row) => row.id));
    const rows = all(":scope > [id]", fresh);
    for (const row of rows) if (known.has(row.id)) morph(page.getElementById(row.id), row);
    const news = rows.filter((row) => !known.has(row.id)).length;
    if (news) return waiting.set(old.id, [news, () => morph(old, fresh)]);
    waiting.delete(old.id);
    if (!old.matches(":hover, :focus-within")) morph(old, fresh);
  }
  function offerNews() {
    pill?.remove();
    pill = null;
    if (!waiting.size) return;
    const count = [...waiting.values()].reduce((sum, [news]) => sum + news, 0);
    const show = () => { waiting.forEach(([, reveal]) => reveal()); waiting.clear(); pill = null; };
    pill = toast(words.textNew.replace("{count}", count), { seconds: 0, button: [words.textShow, show] });
    pill.dataset.waiting = "";
  }
  function apply(fresh) {
    readServerTime(fresh);
    for (const old of all("[id][data-live]")) {
      const twin = fresh.getElementById(old.id);
      if (!twin) continue;
      if (old.dataset.live === "rows") morphRows(old, twin);
      else morph(old, twin);
    }
    offerNews();
    tick();
  }
  function noteLoss() {
    if (!lost && Date.now() - lastHeard > 20000) lost = toast(words.textLost, { tone: "is-bad", seconds: 0 });
  }
  function askToSignIn() {
    clearTimeout(timer);
    toast(words.textSignedOut, { tone: "is-bad", seconds: 0, button: [words.textSignIn, () => location.reload()] });
  }
  async function refresh() {
    try {
      const answer = await fetch(main.dataset.liveUrl || location.href, {
        headers: { "X-Requested-With": "live" }, signal: AbortSignal.timeout(10000),
      });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isOut = answer.status === 401 || fresh.querySelector("[data-signing-in]") !== null;
      page.dispatchEvent(new CustomEvent("heard", { detail: isOut ? 401 : answer.status }));
      if (isOut) return askToSignIn();
      if (!answer.ok) throw new Error(answer.status);
      apply(fresh);
      lastHeard = Date.now();
      lost?.remove();
      lost = null;
    } catch { noteLoss(); }
    schedule();
  }
  function schedule() {
    const seconds = Number(main.dataset.liveSeconds || 5);
    clearTimeout(timer);
    timer = setTimeout(refresh, (page.hidden ? Math.max(60, seconds) : lost ? seconds * 2 : seconds) * 1000);
  }

  // --- Forms: one press is one post; drafts outlive an expired session --------------------------------
  const draftKey = (field) => `draft:${field.dataset.draft}`;
  function restoreDrafts() {
    const sent = JSON.parse(sessionStorage.getItem("sent") || "[]");
    if (!page.querySelector("[aria-invalid=true], .notice.is-bad, [data-signing-in]")) {
      sent.forEach((key) => sessionStorage.removeItem(key));
      sessionStorage.removeItem("sent");
    }
    for (const field of all("textarea[data-draft]")) {
      const draft = sessionStorage.getItem(draftKey(field));
      if (draft && !field.value) { field.value = draft; field.dataset.touched = "1"; }
    }
  }
  page.addEventListener("input", ({ target }) => {
    if (!isField(target)) return;
    target.dataset.touched = "1";
    if (target.dataset.draft) sessionStorage.setItem(draftKey(target), target.value);
  });
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.pending) return event.preventDefault();
    form.dataset.pending = "1";
    (event.submitter || form.querySelector("[type=submit], button:not([type])"))?.classList.add("is-pending");
    const drafts = all("textarea[data-draft]", form).map(draftKey);
    if (drafts.length) sessionStorage.setItem("sent", JSON.stringify(drafts));
  });
  addEventListener("pageshow", () => {
    all("form[data-pending]").forEach((form) => delete form.dataset.pending);
    all(".is-pending").forEach((button) => button.classList.remove("is-pending"));
  });

  // --- Clicks: copy, dismiss, dialogs, menus that close ------------------------------------------------
  page.addEventListener("click", (event) => {
    const { target } = event;
    const copy = target.closest("[data-copy]"), opener = target.closest("[data-dialog]");
    if (copy) {
      const source = page.getElementById(copy.dataset.copy);
      navigator.clipboard?.writeText((source?.value ?? source?.textContent ?? copy.dataset.copyText ?? "").trim())
        .then(() => toast(words.textCopied));
    }
    if (target.closest("[data-dismiss]")) target.closest("[data-dismiss]").parentElement.remove();
    if (opener) { event.preventDefault(); page.getElementById(opener.dataset.dialog)?.showModal(); }
    for (const menu of all("details.menu[open], details.phone-menu[open]")) if (!menu.contains(target)) menu.open = false;
  });
  page.addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches?.("details.action")) target.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  }, true);

  // --- Keys: off with data-shortcuts="off" on <body>, silent while typing -------------------------------
  let going = 0;
  function move(step) {
    const rows = all("[data-row]");
    const at = rows.findIndex((row) => row.matches(".is-current"));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (!next) return;
    rows[at]?.classList.remove("is-current");
    next.classList.add("is-current");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a[href]")?.focus({ preventScroll: true });
  }
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: () => page.querySelector(".is-current input[type=checkbox]")?.click(),
    "/": () => all("input[type=search]").find((field) => field.offsetParent)?.focus(),
    "?": () => page.getElementById("shortcuts")?.showModal(),
    ".": () => pill?.querySelector("button").click(),
    g: () => { going = Date.now(); },
  };
  // A browser cuts off what is too long to paste; here it is said, and what was typed stays.
  page.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field.maxLength > 0)) return;
    const length = event.clipboardData?.getData("text").length || 0;
    if (field.value.length - (field.selectionEnd - field.selectionStart) + length <= field.maxLength) return;
    event.preventDefault();
    toast(words.textTooLong.replace("{length}", length).replace("{most}", field.maxLength), { tone: "is-bad", seconds: 20 });
  });
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = page.activeElement?.closest("details.menu[open]") || page.querySelector("details.menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    if (words.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || page.querySelector("dialog[open]")) return;
    const goes = Date.now() - going < 1500 && page.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    const press = page.querySelector(`.is-current [data-key="${CSS.escape(event.key)}"]`) || page.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!goes && !press && !keys[event.key]) return;
    event.preventDefault();
    if (goes) { going = 0; goes.click(); }
    else if (press) {
      press.click();
      press.closest("details[open]")?.querySelector("[required], button")?.focus();
    }
    else keys[event.key]();
  });

  readServerTime(page);
  restoreDrafts();
  tick();
  setInterval(tick, 1000);
  if (main) {
    schedule();
    page.addEventListener("visibilitychange", () => { if (!page.hidden) refresh(); });
  }
})();
