/* A chapter comes alive in its own page: its cells can be changed where they stand and run in a
   worker, and what they show changes in place. */
import "./live.css";
import * as edits from "./edits.js";
import { Area, PLAIN, element } from "./outputs.js";
import * as python from "./python.js";
import * as widgets from "./widgets.js";

const LONG = 5; // seconds after which a reader may wonder
let settings; // of this chapter: its cells, and where its Python is
let here; // the address of this folder
let cells = [];
let live = false;
const areas = new Map(); // of outputs, by what was asked

/* ---- what the reader sees and hears ---- */
const bar = {};
const makeBar = () => {
  bar.text = element("span", { className: "live-text" });
  bar.heard = element("span", { className: "live-heard", role: "status" });
  bar.progress = element("progress", { max: 1, hidden: true, "aria-label": "How far Python is" });
  const button = (words, action) => {
    const made = element("button", { type: "button" }, words);
    made.addEventListener("click", action);
    return made;
  };
  bar.all = button("Run all", runAll);
  bar.stop = button("Stop", stop);
  bar.again = button("Start Python again", start);
  bar.over = button("Start over", startOver);
  bar.download = button("Download as notebook", download);
  bar.node = element("section", { id: "portal-live", "aria-label": "Python in this page" },
    bar.text, bar.progress, bar.all, bar.stop, bar.again, bar.over, bar.download, bar.heard);
  document.body.append(bar.node);
  document.documentElement.style.scrollPaddingBottom = "6rem"; // what has the focus is not behind it
};
const hear = (words) => { bar.heard.textContent = words; };

/* The state of Python, in words: first a problem, then what it does. */
const state = { loading: "", cell: null, since: 0, all: null, got: 0, problem: "" };
const refresh = () => {
  const { loading, cell, all, problem } = state;
  let words = "Python is ready. Change a cell, or move a slider.";
  if (!python.running()) words = "Python is not running.";
  if (loading) words = loading;
  else if (cell) {
    const seconds = Math.floor((Date.now() - state.since) / 1000);
    words = `Running cell ${cell.number + 1}${all ? ` of ${cells.length}` : ""}`;
    if (seconds >= LONG) words = `Cell ${cell.number + 1} has been running for ${seconds} s. Stop ends it, and Python’s values with it.`;
  }
  if (problem) words = problem;
  if (bar.text.textContent !== words) bar.text.textContent = words;
  bar.node.dataset.state = problem ? "problem" : loading ? "loading" : cell ? "running" : python.running() ? "ready" : "off";
  bar.progress.hidden = !loading && !all;
  if (loading && settings?.bytes && state.got < settings.bytes) bar.progress.value = state.got / settings.bytes;
  else if (all) bar.progress.value = all.done / cells.length;
  else bar.progress.removeAttribute("value");
  bar.stop.hidden = !python.running() || !(loading || python.busy());
  bar.again.hidden = python.running();
  bar.all.hidden = !live || !!all;
  bar.over.hidden = bar.download.hidden = !live;
};
setInterval(() => { if (state.cell) refresh(); }, 1000);
const problem = (words) => {
  state.problem = words;
  hear(words);
  refresh();
};

/* ---- Python ---- */
const missing = new Map(); // addresses of what did not come
const start = () => {
  if (python.running()) return;
  const at = (path) => new URL(path, here).href;
  state.loading = "Loading Python";
  state.problem = "";
  state.got = 0;
  missing.clear();
  python.start(at("worker.js"), {
    pyodide: at(settings.pyodide), wheels: settings.wheels.map(at), packages: settings.packages,
    warm: settings.warm, cells: settings.cells.map((cell) => cell.source),
  });
  refresh();
};
python.on("progress", ({ got }) => {
  state.got = got;
  const of = settings.bytes ? ` of ${Math.round(settings.bytes / 1e6)}` : "";
  const from = settings.host ? ` from ${settings.host}` : "";
  if (state.loading) state.loading = `Loading Python: ${Math.round(got / 1e6)}${of} MB${from}`;
  refresh();
});
python.on("stage", ({ stage }) => {
  if (stage === "kernel") state.loading = "Python is starting";
  refresh();
});
python.on("ready", () => {
  state.loading = "";
  performance.mark("live: ready");
  hear("Python is ready.");
  refresh();
});
python.on("missing", ({ url, text }) => missing.set(url, text));
python.on("output", ({ parent, kind, content }) =>
  (widgets.caught.get(parent)?.at(-1) ?? areas.get(parent))?.add(kind, content));
python.on("comm", widgets.receive);
python.on("done", refresh);
const host = (url) => new URL(url).host;
python.on("failed", ({ during, text }) => {
  end("dead");
  const [lost] = missing.keys();
  if ((during === "boot" || during === "worker") && (lost || during === "worker")) {
    const url = lost ?? new URL("worker.js", here).href;
    const file = url.split("/").at(-1);
    problem(navigator.onLine === false
      ? `Python cannot load: this device is offline, and ${file} of ${host(url)} is not in the browser’s store. Go online, then start it again.`
      : `Python cannot load: ${file} did not come from ${host(url)} (${missing.get(lost) ?? text}). That host may be down or blocked here; try again, or run the book at home with “make lab”.`);
  } else if (during === "silence")
    problem("Python no longer answers: the browser has ended it, perhaps for want of memory. What it had computed is lost; your code is kept. Start it again, and run the cells you need.");
  else if (/memory|allocation/i.test(text))
    problem("Python has run out of memory and had to end. What it had computed is lost; your code is kept. Use fewer points, then start it again.");
  else problem(`Python has broken down: ${text.split("\n")[0]}. What it had computed is lost; your code is kept. Start it again.`);
});
/* End Python; its knobs end with it. */
const end = (status) => {
  python.stop(status);
  widgets.forget();
  Object.assign(state, { loading: "", cell: null, all: null });
  for (const cell of cells) {
    if (!cell.node.querySelector(".live-widget")) continue;
    cell.area.node.replaceChildren();
    offer(cell);
  }
  refresh();
};
const stop = () => {
  const loaded = !state.loading;
  end("stopped");
  if (loaded) start();
  hear(loaded ? "Stopped. Python starts anew; what it had computed is lost." : "Stopped loading Python.");
};

/* ---- cells ---- */
const changed = (cell) => cell.text !== cell.source;
const changedUpTo = (cell) => cells.slice(0, cell.number + 1).some(changed);
const areaOf = (cell) => {
  const { node } = cell;
  let output = node.querySelector(":scope > .cell_output, :scope > details > .cell_output");
  if (!output) {
    output = element("div", { className: "cell_output docutils container" });
    node.append(output);
  }
  let box = output;
  const caption = output.querySelector("figure figcaption"); // it stays, as does the number
  if (caption) {
    box = element("div", { className: "live-area" });
    const figure = caption.closest("figure");
    box.append(...[...figure.children].filter((child) => child !== caption));
    figure.prepend(box);
  }
  const words = (known) => {
    cell.words ??= known;
    const picture = cell.words || PLAIN;
    return changedUpTo(cell) ? `Drawn by your changed code. In the book: ${picture}` : picture;
  };
  const area = new Area(box, { words });
  area.onPicture = () => performance.mark("live: figure");
  return area;
};

/* Run a cell, after what it needs of those above, or without if they have all just run. */
const run = async (cell, { above = true, whole = true } = {}) => {
  start();
  state.problem = "";
  const id = python.newId();
  cell.area ??= areaOf(cell);
  cell.area.renew();
  areas.set(id, cell.area);
  state.cell = cell;
  state.since = Date.now();
  cell.node.dataset.live = "running";
  const still = !whole && cell.still !== undefined && !changedUpTo(cell) ? cell.still : undefined;
  const asked = python.ask({ type: "execute", id, cells: cells.map((one) => one.text), number: cell.number, still, above });
  refresh();
  const done = await asked;
  cell.node.dataset.live = done.status;
  if (state.cell === cell) state.cell = null;
  if (done.status === "error") {
    cell.area.add("error", done.error);
    const { ename, evalue } = done.error;
    const name = ename.replace(/^<class '(?:.*\.)?(\w+)'>$/, "$1");
    const where = done.at === cell.number ? "" : `, which cell ${cell.number + 1} needs`;
    let words = `Cell ${done.at + 1}${where}, raised ${name}: ${evalue}`.replace(/^(Cell \d+), raised/, "$1 raised");
    if (name === "MemoryError") words += ". Python has run out of memory: use fewer points, or start over.";
    done.words = words;
    problem(words);
  }
  cell.area.finish(still !== undefined || done.status === "stopped" || done.status === "dead");
  refresh();
  return done;
};
const runAlone = async (cell) => {
  const done = await run(cell);
  if (done.status === "ok") hear(`Cell ${cell.number + 1} has run: ${cell.area.changed ? "its output changed." : "it shows nothing."}`);
  return done;
};
const runMany = async (many, words) => {
  state.all = { done: 0 };
  for (const cell of many) {
    const done = await run(cell, { above: false, whole: false });
    if (done.status !== "ok") {
      state.all = null;
      if (done.status === "error") problem(`${done.words}. The cells below were not run.`);
      return;
    }
    state.all.done = cell.number + 1;
  }
  state.all = null;
  performance.mark("live: all");
  hear(words);
  refresh();
};
const runAll = () => runMany(cells, `All ${cells.length} cells have run.`);

/* Take over a text for a cell, from the reader or from what was kept. */
const setText = (cell, text, { store = true } = {}) => {
  cell.text = text;
  if (store && !edits.keep(settings.chapter, cell.number, cell.source, text) && !cell.warned) {
    cell.warned = true;
    problem("This browser keeps nothing for this page, as in a private window: your changes last until you leave it. “Download as notebook” saves them.");
  }
  cell.node.classList.toggle("live-changed", changed(cell));
  cell.original.hidden = !changed(cell);
};
let makeEditor = null;
const edit = async (cell, { focus = true } = {}) => {
  if (!cell.editor) {
    ({ edit: makeEditor } = await import(`${here}editor.js`));
    const leave = () => cell.run.focus();
    cell.code.hidden = true;
    const box = element("div", { className: "live-editor" });
    cell.code.after(box);
    cell.editor = makeEditor(box, {
      text: cell.text, label: `Code of cell ${cell.number + 1}`,
      onChange: (text) => setText(cell, text), onRun: () => runAlone(cell), onLeave: leave,
    });
  }
  if (focus) cell.editor.focus();
};
const replaceText = async (cell, text) => {
  await edit(cell, { focus: false });
  cell.editor.dispatch({ changes: { from: 0, to: cell.editor.state.doc.length, insert: text } });
  setText(cell, text);
};

/* The book's text of a cell has changed since the reader changed it: offer both. */
const offerBoth = (cell, kept) => {
  const note = element("div", { className: "live-newer", role: "group", "aria-label": `Two versions of cell ${cell.number + 1}` });
  const choose = (words, text) => {
    const made = element("button", { type: "button" }, words);
    made.addEventListener("click", async () => {
      edits.forget(settings.chapter, kept);
      if (text !== null) await replaceText(cell, text);
      note.remove();
      cell.run.focus();
    });
    return made;
  };
  note.append(
    element("p", {}, "The book has a newer version of this cell than the one that you changed. Yours:"),
    element("pre", { tabIndex: 0, textContent: kept.text }),
    choose("Use the book’s", null), choose("Use mine", kept.text));
  cell.node.append(note); // not inside code that is folded
};

const addTools = (cell) => {
  const button = (words, label, action) => {
    const made = element("button", { type: "button", "aria-label": `${label} ${cell.number + 1}` }, words);
    made.addEventListener("click", action);
    return made;
  };
  cell.run = button("Run", "Run cell", () => runAlone(cell));
  cell.original = button("Back to the book’s", "Back to the book’s code of cell", () => replaceText(cell, cell.source));
  cell.original.hidden = true;
  cell.tools = element("div", { className: "live-tools" }, cell.run,
    button("Edit", "Edit cell", () => edit(cell)),
    button("Run all above", "Run all cells above cell", () => runMany(cells.slice(0, cell.number), `All cells above cell ${cell.number + 1} have run.`)),
    cell.original);
  cell.node.querySelector(".cell_input").append(cell.tools);
  cell.code.addEventListener("click", () => { if (getSelection().isCollapsed) edit(cell); });
};
const PLAY = "Bring this figure to life";
const offer = (cell) => {
  cell.play ??= element("button", { type: "button", className: "live-play" }, PLAY);
  cell.play.onclick = () => { makeLive(); playCell(cell); };
  if (!cell.play.isConnected) cell.node.append(cell.play);
};
const playCell = async (cell) => {
  const had = document.activeElement === cell.play;
  const done = await runAlone(cell);
  if (done.status !== "ok") return;
  cell.play?.remove();
  // the first knob takes over from the button that brought it
  if (had) (await firstKnob(cell))?.focus();
};
const firstKnob = async (cell) => {
  for (let tries = 0; tries < 50; tries++) {
    const knob = cell.node.querySelector(".noUi-handle, .live-widget :is(select, input)");
    if (knob) return knob;
    await new Promise((next) => setTimeout(next, 20));
  }
  return null;
};

/* ---- the chapter ---- */
const makeLive = () => {
  if (live) return;
  live = true;
  document.documentElement.classList.add("is-live");
  cells.forEach(addTools);
  const { current, outdated } = edits.match(edits.load(settings.chapter), cells.map((cell) => cell.source));
  for (const [number, kept] of current) replaceText(cells[number], kept.text);
  for (const [number, kept] of outdated) offerBoth(cells[number], kept);
  edits.onElsewhere(settings.chapter, () => problem("This chapter was changed in another tab of this browser. Load this page again to see it; of a cell changed in both, the last change is kept."));
  if (!edits.keeps()) setTimeout(() => hear("This browser keeps nothing for this page: your changes last until you leave it."));
  refresh();
};
const startOver = () => {
  const many = cells.filter(changed).length + document.querySelectorAll(".live-newer").length;
  if (many && !confirm("Discard your changes of this chapter, and show the book’s again?")) return;
  edits.forgetAll(settings.chapter);
  python.stop();
  location.reload();
};
const download = async () => {
  const notebook = await (await fetch(new URL(settings.notebook, here))).json();
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of cells.filter(changed))
    Object.assign(code[cell.number], { source: cell.text, outputs: [], execution_count: null });
  const link = element("a", {
    href: URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)], { type: "application/x-ipynb+json" })),
    download: `${settings.chapter}.ipynb`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
};

let opened = null;
/* Take the chapter's settings and find its cells in the page. */
const open = (base, chapter) => (opened ??= (async () => {
  here = base;
  const response = await fetch(new URL(`${chapter}.json`, base));
  if (!response.ok) throw new Error(`${chapter}.json: ${response.status}`);
  settings = await response.json();
  const nodes = [...document.querySelectorAll(".bd-article .cell")].filter((node) => node.querySelector(".cell_input"));
  const texts = nodes.map((node) => node.querySelector(".cell_input pre").textContent.trim());
  if (texts.join("\n") !== settings.cells.map((cell) => cell.source.trim()).join("\n"))
    throw new Error("the page and its code are of different versions; load the page again");
  cells = nodes.map((node, number) => ({
    node, number, ...settings.cells[number], text: settings.cells[number].source,
    code: node.querySelector(".cell_input [class*=highlight-]"),
  }));
  makeBar();
  widgets.onPicture((node) => {
    performance.mark("live: figure");
    clearTimeout(bar.saying);
    // what is drawn, not what the knobs say by then: they may be ahead of it
    bar.saying = setTimeout(() => hear(node.querySelector("img")?.alt || "The figure changed."), 700);
  });
})());

/* The reader may be about to press the button: Python loads. */
const intend = async (base, chapter) => {
  await open(base, chapter);
  start();
};
/* The page comes alive, with the knobs of its figures, or of the one whose button was pressed. */
const begin = async (base, chapter, node = null) => {
  await open(base, chapter);
  makeLive();
  start();
  for (const cell of cells.filter((one) => (node ? one.node === node : one.knobs))) {
    cell.play = cell.node.querySelector(".live-play");
    if (cell.play) cell.play.onclick = () => playCell(cell);
    await playCell(cell);
  }
};
window.portalLive = { intend, begin, runAll, alive: () => live };
