/* What a cell shows: each kind of output as the static page shows it. */
import { marked } from "marked";
import { show as showWidget } from "./widgets.js";

export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};

const typeset = async (node) => {
  await window.MathJax?.startup?.promise;
  await window.MathJax?.typesetPromise?.([node]);
};

const MATHS = /(\$\$[\s\S]+?\$\$|\$[^$\n]+?\$)/g;
const markdown = (text) => {
  const formulas = [];
  const kept = text.replace(MATHS, (formula) => `\u0001${formulas.push(formula) - 1}\u0002`);
  const escape = (formula) => formula.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return marked.parse(kept).replace(/\u0001(\d+)\u0002/g, (_, i) =>
    `<span class="math notranslate nohighlight">${escape(formulas[i])}</span>`);
};

/* As Sphinx does with a formula in display. */
const latex = (text) => {
  const inner = text.trim().replace(/^\$+\s*(\\displaystyle)?/, "").replace(/\$+$/, "").trim();
  return inner.includes("\\\\") ? `\\[\\begin{split}${inner}\\end{split}\\]` : `\\[${inner}\\]`;
};

const ANSI = /\u001b\[[0-9;]*m/g;
const highlighted = (name, text) =>
  element("div", { className: `output ${name} highlight-myst-ansi notranslate` },
    element("div", { className: "highlight" }, element("pre", { textContent: text })));

const address = (kind, data) =>
  kind === "image/png" ? `data:image/png;base64,${data}` : URL.createObjectURL(new Blob([data], { type: kind }));

/* What the knobs beside a figure say. */
const knobs = (node) => {
  const box = node.closest(".widget-interact");
  const said = [...(box?.querySelectorAll(".widget-inline-hbox") ?? [])].map((knob) => {
    const label = knob.querySelector(".widget-label")?.textContent ?? "";
    const select = knob.querySelector("select");
    const value = select ? select.selectedOptions[0]?.textContent : knob.querySelector(".widget-readout, input")?.textContent;
    return `${label} ${value ?? ""}`.trim();
  });
  return said.filter(Boolean).join(", ");
};
export const PLAIN = "A figure, drawn by Python in this page.";
export const describe = (node) => {
  const said = knobs(node);
  return said ? `The figure for these knobs: ${said}.` : PLAIN;
};

const RICH = {
  "application/vnd.jupyter.widget-view+json": (data) => {
    const box = element("div", { className: "output live-widget" });
    showWidget(data.model_id, box);
    return box;
  },
  "text/html": (data) => element("div", { className: "output text_html", innerHTML: data }),
  "image/svg+xml": (data) => element("img", { src: address("image/svg+xml", data) }),
  "image/png": (data) => element("img", { src: address("image/png", data) }),
  "text/markdown": (data) => {
    const box = element("div", { className: "live-markdown", innerHTML: markdown(data) });
    for (const table of box.querySelectorAll("table")) {
      table.classList.add("table");
      const scroller = element("div", { className: "pst-scrollable-table-container" });
      table.replaceWith(scroller);
      scroller.append(table);
      for (const cell of table.querySelectorAll("[align=right]")) cell.classList.add("text-right");
    }
    typeset(box);
    return box;
  },
  "text/latex": (data) => {
    const box = element("div", { className: "output text_latex math notranslate nohighlight", textContent: latex(data) });
    typeset(box);
    return box;
  },
  "text/plain": (data) => highlighted("text_plain", data),
};
const KINDS = Object.keys(RICH);

/* Where the outputs of one cell go, or of the Output widget that has caught them.  What was there
   stays until the first new one comes; a picture changes in place, with the words that tell it. */
export class Area {
  constructor(node, { words = () => "" } = {}) {
    this.node = node;
    this.words = words; // what a picture is called that the page did not know
    this.shown = new Map();
    this.old = [];
    this.clearNext = false;
    this.onPicture = () => {};
  }

  /* Take what stands here for outdated. */
  renew() {
    this.clearNext = true;
    this.changed = false;
  }

  clear(wait) {
    if (wait) this.clearNext = true;
    else this.node.replaceChildren();
  }

  /* Remove the rest of what was there before. */
  finish(keep = false) {
    if (this.clearNext && !keep) this.node.replaceChildren();
    this.clearNext = false;
    this.old.forEach((image) => image.remove());
    this.old = [];
  }

  #begin() {
    this.changed = true;
    if (!this.clearNext) return;
    this.clearNext = false;
    this.old = [...this.node.querySelectorAll(":scope > img")];
    this.node.style.minHeight = `${this.node.offsetHeight}px`; // else the page would jump
    setTimeout(() => { this.node.style.minHeight = ""; }, 500);
    for (const child of [...this.node.children]) if (!this.old.includes(child)) child.remove();
  }

  add(kind, content) {
    if (kind === "clear_output") return this.clear(content.wait);
    this.#begin();
    const before = this.old[0] ?? null; // new outputs come before old pictures
    if (kind === "stream") {
      const last = before ? before.previousElementSibling : this.node.lastElementChild;
      if (last?.dataset.stream === content.name) last.querySelector("pre").textContent += content.text;
      else {
        const box = highlighted("stream", content.text);
        box.dataset.stream = content.name;
        this.node.insertBefore(box, before);
      }
      return;
    }
    if (kind === "error") {
      this.node.insertBefore(highlighted("traceback", content.traceback.join("\n").replace(ANSI, "")), before);
      return;
    }
    const type = KINDS.find((name) => name in content.data);
    if (!type) return;
    const made = RICH[type](content.data[type]);
    if (made.tagName === "IMG") {
      this.onPicture();
      const image = this.old.shift();
      if (image) {
        if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
        image.src = made.src;
        image.alt = this.words(image.alt);
        return;
      }
      made.alt = this.words("");
    }
    const id = content.transient?.display_id;
    if (id && kind === "update_display_data" && this.shown.has(id)) this.shown.get(id).replaceWith(made);
    else this.node.insertBefore(made, before);
    if (id) this.shown.set(id, made);
  }
}
