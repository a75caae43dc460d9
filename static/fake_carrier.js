// Keeps the phones page fresh once a second and sends its small forms without leaving the page. Parts whose revision
// has not changed are not touched, so focus, open details and half-typed replies stay.
"use strict";

(() => {
  const period = 1000;
  const live = "[data-live]";
  const away = document.getElementById("away");
  let running = false;

  function replacePart(part, fresh) {
    const open = new Set([...part.querySelectorAll("details[open]")].map((element) => element.id));
    const known = new Set([...part.querySelectorAll("details")].map((element) => element.id));
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceChildren(...fresh.childNodes);
    part.dataset.live = fresh.dataset.live;
    for (const details of part.querySelectorAll("details")) {
      if (known.has(details.id)) details.open = open.has(details.id);
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    part.querySelectorAll(".thread").forEach(showNewest);
    useLocalTime(part);
  }

  // The server writes times in UTC, for those without a script; here they become the reader's.
  function useLocalTime(part) {
    for (const time of part.querySelectorAll("time")) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour12: false });
    }
  }

  function showNewest(thread) {
    thread.scrollTop = thread.scrollHeight;
  }

  // A new phone is put in at its place; the cards around it stay the elements they are.
  function addPhones(fresh) {
    const list = document.getElementById("phones");
    const wanted = [...fresh.querySelectorAll("#phones > .phone")];
    wanted.forEach((card, index) => {
      if (document.getElementById(card.id)) return;
      useLocalTime(card);
      list.insertBefore(card, list.children[index] ?? null);
    });
    for (const card of [...list.children]) {
      if (!wanted.some((one) => one.id === card.id) && !(card.id === "no-phones" && !wanted.length)) card.remove();
    }
  }

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    document.title = fresh.title;
    addPhones(fresh);
    for (const part of document.querySelectorAll(live)) {
      const other = fresh.getElementById(part.id);
      if (other && other.dataset.live !== part.dataset.live) replacePart(part, other);
    }
  }

  async function load(request) {
    try {
      const response = await request();
      if (!response.ok) throw new Error(response.status);
      show(await response.text());
      away.hidden = true;
      return true;
    } catch {
      away.hidden = false;
      return false;
    }
  }

  async function refresh() {
    if (!running && !document.hidden) {
      running = true;
      await load(() => fetch("/", { cache: "no-store" }));
      running = false;
    }
    setTimeout(refresh, period);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-quiet]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    if (await load(() => fetch(form.action, { method: "POST", body }))) form.reset();
  });

  document.querySelectorAll(".thread").forEach(showNewest);
  useLocalTime(document);
  document.addEventListener("visibilitychange", () => document.hidden || load(() => fetch("/", { cache: "no-store" })));
  setTimeout(refresh, period);
})();
