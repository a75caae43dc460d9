// The wall-board beside mainstay.js, which asks the server: says how old what is shown is, tells the time, fills the screen.
(() => {
  "use strict";
  const wall = document.querySelector("main.wall");
  const stale = document.getElementById("wall-stale"), time = document.getElementById("wall-time");
  const full = document.getElementById("wall-full");
  const STALE_MS = 20000, RELOAD_MS = 6 * 3600 * 1000;
  const born = Date.now();
  let heard = Date.now();
  const clock = (moment) => new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

  // 200 and 304 are news; a link that was revoked, or a session that ended, shows nothing of what it showed before.
  document.addEventListener("heard", ({ detail }) => {
    if (detail < 400) { heard = Date.now(); return; }
    if (![401, 403, 404].includes(detail)) return;
    const closed = document.createElement("p");
    closed.className = "wall-closed";
    closed.textContent = wall.dataset.textClosed;
    wall.querySelectorAll("section").forEach((part) => part.remove());
    if (!wall.querySelector(".wall-closed")) wall.prepend(closed);
  });
  setInterval(() => {
    const isStale = Date.now() - heard > STALE_MS;
    const text = isStale ? wall.dataset.textStale.replace("{time}", clock(heard)) : "";
    if (stale.textContent !== text) stale.textContent = text;
    wall.classList.toggle("is-stale", isStale);
    if (time.textContent !== clock(Date.now())) time.textContent = clock(Date.now());
    // New versions of the page and of this script arrive so; never while the server is away, which would leave an empty screen.
    if (Date.now() - born > RELOAD_MS && Date.now() - heard < 3000) location.reload();
  }, 1000);
  if (document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", () => document.documentElement.requestFullscreen());
  }
  navigator.wakeLock?.request("screen").catch(() => {});
})();
