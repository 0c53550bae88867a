/* Which exercises and questions the reader has done, ticked in their boxes and kept in this browser. */
(() => {
  const key = "portal-done";
  const load = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
      return new Set(Array.isArray(kept) ? kept : []);
    } catch {
      return new Set();
    }
  };
  try {
    localStorage.setItem(`${key}?`, "1");
    localStorage.removeItem(`${key}?`);
  } catch {
    return; // this browser keeps nothing
  }
  const save = (done) => localStorage.setItem(key, JSON.stringify([...done]));

  const ticks = new Map();
  for (const box of document.querySelectorAll(".bd-article :is(.exercise, .question).admonition[id]")) {
    const tick = Object.assign(document.createElement("input"), { type: "checkbox" });
    const label = Object.assign(document.createElement("label"), { className: "done" });
    label.append(tick, " Done");
    box.querySelector(".admonition-title")?.append(label);
    ticks.set(box.id, tick);
    // read again: another tab may have written meanwhile
    tick.addEventListener("change", () => {
      const done = load();
      if (tick.checked) done.add(box.id);
      else done.delete(box.id);
      save(done);
    });
  }

  const said = document.querySelector(".progress-kept");
  const show = () => {
    const done = load();
    ticks.forEach((tick, id) => (tick.checked = done.has(id)));
    if (!said) return;
    const count = (start) => [...done].filter((id) => id.startsWith(start)).length;
    said.querySelector("span").textContent = `Ticked: exercises ${count("ex-")}, questions ${count("q-")}.`;
    said.hidden = false;
  };
  said?.querySelector("button").addEventListener("click", () => {
    save(new Set());
    show();
  });
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  show();
})();
