// The incident list: selecting rows by range, and the keys that act on the row one stands on. All of it works without.
(() => {
  "use strict";
  const page = document;
  const all = (selector, root = page) => [...root.querySelectorAll(selector)];
  const boxes = () => all('#rows input[name="pk"]');
  const bar = page.getElementById("bulk");
  const head = page.getElementById("select-page");
  if (!bar) return;
  page.documentElement.dataset.scripted = "";
  let last = null;

  function show() {
    const count = boxes().filter((box) => box.checked).length;
    const text = bar.querySelector(".bulk-count");
    if (text) text.textContent = text.dataset.text.replace("{count}", count);
    if (head) {
      head.checked = count > 0 && count === boxes().length;
      head.indeterminate = count > 0 && count < boxes().length;
    }
  }
  function selectTo(box) {
    const rows = boxes();
    const from = rows.indexOf(last), to = rows.indexOf(box);
    if (from < 0 || to < 0) return;
    for (const each of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
  }
  if (head) {
    head.parentElement.hidden = false;
    head.addEventListener("change", () => { boxes().forEach((box) => { box.checked = head.checked; }); show(); });
  }
  page.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.('#rows input[name="pk"]')) return;
    if (event.shiftKey) selectTo(box);
    last = box;
    show();
  });
  page.addEventListener("change", show);

  page.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input:not([type=checkbox]), textarea, select");
    if (page.body.dataset.shortcuts === "off" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (page.querySelector("dialog[open]")) return;
    const row = page.querySelector("#rows > .is-current");
    if (!row) return;
    if (event.key === "X") {
      const box = row.querySelector('input[name="pk"]');
      box.checked = true;
      selectTo(box);
      last = box;
      show();
    } else if (event.key === "Enter" && !event.target.closest("a, button, summary, input")) {
      row.querySelector(".cell-title a")?.click();
    } else {
      row.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`)?.click();
    }
  });
  show();
})();
