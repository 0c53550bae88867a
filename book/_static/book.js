/* Small mends of the pages; none of them is needed to read. */

/* The widgets call MathJax 2; give them its queue, filled by MathJax 3. */
(() => {
  if (!window.MathJax) return;
  const typeset = async (element) => {
    await window.MathJax.startup.promise;
    await window.MathJax.typesetPromise([element]);
  };
  window.MathJax.Hub ??= {
    Config() {},
    Configured() {},
    Queue: (...calls) => calls.filter(([name]) => name === "Typeset").forEach((call) => typeset(call[2])),
  };
})();

/* A formula or table that is wider than its box is set smaller, down to a part of its size.  What
   then still scrolls sideways fades where there is more, and can be scrolled by keyboard. */
(() => {
  const labels = { "mjx-container, .math, .text_latex": "Formula", pre: "Code", "*": "Table" };
  const formulas = "div.math mjx-container, .output.text_latex mjx-container";
  const tables = ".pst-scrollable-table-container > table";
  const boxes = "mjx-container, div.math, .cell_output .output, pre, .pst-scrollable-table-container";
  const all = (selector) => document.querySelectorAll(`.bd-article :is(${selector})`);
  const fit = (selector, least, box = (part) => part) => {
    const parts = [...all(selector)];
    for (const part of parts) part.style.fontSize = part.dataset.size ??= part.style.fontSize;
    // first read all, then write all: each change between would have the page laid out anew
    const sizes = parts.map((part) => (box(part).clientWidth - 1) / box(part).scrollWidth);
    const normal = parts.map((part) => part.dataset.size || getComputedStyle(part).fontSize);
    parts.forEach((part, i) => {
      if (sizes[i] < 0.995) part.style.fontSize = `calc(${normal[i]} * ${Math.max(least, sizes[i])})`;
    });
  };
  const fade = ({ target }) => {
    const { scrollLeft, scrollWidth, clientWidth } = target;
    const more = [scrollLeft > 1 && "start", scrollLeft + clientWidth < scrollWidth - 1 && "end"];
    target.dataset.more = more.filter(Boolean).join(" ");
  };
  const mark = () => {
    fit(formulas, 0.6);
    fit(tables, 0.85, (table) => table.parentElement);
    for (const box of all(boxes)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible";
      if (!scrolls && box.dataset.more === undefined) continue;
      if (box.dataset.more === undefined) box.addEventListener("scroll", fade, { passive: true });
      fade({ target: box });
      if (!scrolls) continue;
      const label = Object.keys(labels).find((selector) => box.matches(selector));
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", labels[label]);
    }
  };
  const typeset = window.MathJax?.startup?.promise ?? Promise.resolve();
  window.addEventListener("load", () => typeset.then(mark));
  window.addEventListener("resize", mark);
  // what a closed cell or solution holds has no width until it is opened
  document.addEventListener("toggle", mark, true);
})();

/* Buttons with a picture only have a name. */
window.addEventListener("load", () => {
  document.querySelectorAll("button.copybtn").forEach((button) => button.setAttribute("aria-label", "Copy code"));
});

/* Say what a slider is called, and its value as it is written beside it. */
(() => {
  const name = () => {
    for (const slider of document.querySelectorAll(".bd-article .widget-hslider")) {
      const handle = slider.querySelector(".noUi-handle");
      const label = slider.querySelector(".widget-label");
      const readout = slider.querySelector(".widget-readout");
      handle?.setAttribute("aria-label", label?.textContent || "Value");
      if (handle && readout) handle.setAttribute("aria-valuetext", readout.textContent);
    }
  };
  const article = document.querySelector(".bd-article");
  if (article) new MutationObserver(name).observe(article, { childList: true, characterData: true, subtree: true });
})();

/* What a word of the glossary means, in a box below it; Escape closes the box. */
(() => {
  const box = Object.assign(document.createElement("div"), { id: "meaning", className: "meaning-box", hidden: true });
  box.setAttribute("role", "tooltip");
  const hide = () => (box.hidden = true);
  const show = ({ currentTarget: word }) => {
    box.textContent = word.dataset.meaning;
    box.hidden = false;
    const { left, bottom } = word.getBoundingClientRect();
    const most = document.documentElement.clientWidth - box.offsetWidth - 16;
    box.style.left = `${Math.max(0, Math.min(left, most)) + window.scrollX}px`;
    box.style.top = `${bottom + 6 + window.scrollY}px`;
  };
  for (const word of document.querySelectorAll("a.meaning")) {
    word.dataset.meaning = word.title;
    word.removeAttribute("title");
    word.setAttribute("aria-describedby", box.id);
    ["mouseenter", "focus"].forEach((event) => word.addEventListener(event, show));
    ["mouseleave", "blur"].forEach((event) => word.addEventListener(event, hide));
  }
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  document.body.append(box);
})();

/* Paper is white. */
(() => {
  let mode;
  addEventListener("beforeprint", () => {
    mode = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
  });
  addEventListener("afterprint", () => (document.documentElement.dataset.theme = mode));
})();

/* From a file, browsers run no Python: say so on the button that would. */
if (location.protocol === "file:") {
  for (const button of document.querySelectorAll(".run-chapter a.run")) {
    button.removeAttribute("href");
    button.textContent += " (needs make serve)";
  }
}
