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

/* What scrolls sideways can be scrolled by keyboard. */
(() => {
  const labels = { "mjx-container, .math, .text_latex": "Formula", pre: "Code", "*": "Table" };
  const boxes = "mjx-container, div.math, .cell_output .output, pre, .pst-scrollable-table-container";
  const mark = () => {
    for (const box of document.querySelectorAll(`.bd-article :is(${boxes})`)) {
      if (box.scrollWidth <= box.clientWidth + 1 || getComputedStyle(box).overflowX === "visible") continue;
      const label = Object.keys(labels).find((selector) => box.matches(selector));
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", labels[label]);
    }
  };
  const typeset = window.MathJax?.startup?.promise ?? Promise.resolve();
  window.addEventListener("load", () => typeset.then(mark));
  window.addEventListener("resize", mark);
})();

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
