/* A JupyterLab extension in one file, without a build step: a small panel that says how far
   Python has loaded, runs all cells, gives the original chapter back, and leads to the book. */
(() => {
  const RESET = "reset";

  /* On the first visit JupyterLite adds one store after the other to its database, a new version
     each, and of two chapters opened together one could wait for the other for good. So they
     start in turn: a chapter has its turn until its file is read, or LONGEST milliseconds. */
  const LONGEST = 20_000;
  let endTurn = () => {};
  const turn = () => new Promise((start) => {
    if (!navigator.locks) return start();
    navigator.locks.request("portal-live", () => {
      start();
      return new Promise((end) => {
        endTurn = end;
        setTimeout(end, LONGEST);
      });
    });
  });

  const element = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };

  /* Fetch what Python needs, so that the worker finds it in the browser's cache, and count. */
  const fetchAll = async (base, report) => {
    const folder = new URL("static/pyodide/", base);
    const names = await (await fetch(new URL("files.json", folder))).json();
    const done = names.map(() => 0);
    let bytes = 0;
    const fetchOne = async (name, index) => {
      const response = await fetch(new URL(name, folder));
      const size = Number(response.headers.get("content-length"));
      const reader = response.body.getReader();
      let got = 0;
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        got += chunk.value.length;
        bytes += chunk.value.length;
        done[index] = size ? Math.min(got / size, 1) : 0;
        report(done, bytes);
      }
      done[index] = 1;
      report(done, bytes);
    };
    await Promise.all(names.map(fetchOne));
  };

  /* JupyterLab starts a save while another still runs, takes what that one wrote for a stranger's,
     and asks which to keep; and what the reader types meanwhile counts as saved. A slow machine
     meets both with every autosave. So saves take turns, and what changed during one stays unsaved. */
  const inTurn = new WeakSet();
  const saveInTurn = (context) => {
    if (!context?.isReady || inTurn.has(context)) return;
    inTurn.add(context);
    let changed = false;
    context.model.contentChanged.connect(() => { changed = true; });
    const save = context.save.bind(context);
    let last = Promise.resolve();
    let waiting = null;
    context.save = () => (waiting ??= last = last.catch(() => {}).then(async () => {
      waiting = null;
      changed = false;
      await save();
      context.model.dirty = changed;
    }));
  };

  /* Links into the book carry a name that nobody owns: here it becomes the site's address. */
  const BOOK = "https://book.invalid/";
  const leadToTheBook = (event) => {
    const link = event.target.closest?.(`a[href^="${BOOK}"]`);
    if (link) link.href = new URL(`../${link.getAttribute("href").slice(BOOK.length)}`, base());
  };
  const base = () => {
    const root = document.querySelector("[data-jupyter-lite-root]").dataset.jupyterLiteRoot;
    return new URL(`${root}/`, location.href);
  };

  const activate = async (app) => {
    for (const kind of ["pointerover", "focusin", "click"])
      document.addEventListener(kind, leadToTheBook, { capture: true });
    const address = new URL(location.href);
    const path = address.searchParams.get("path");
    app.restored.then(async () => {
      await app.shell.currentWidget?.context?.ready;
      if (path) await app.serviceManager.contents.listCheckpoints(path);
    }).finally(endTurn);
    const startOver = async () => {
      await app.serviceManager.contents.delete(path);
      address.searchParams.delete(RESET);
      location.replace(address);
    };
    if (path && address.searchParams.has(RESET)) {
      await app.serviceManager.ready;
      return startOver();
    }

    const text = element("span", { role: "status" });
    const bar = element("progress", { max: 1, value: 0, ariaLabel: "How far Python has loaded" });
    const run = element("button", { type: "button", disabled: true }, "Run all cells");
    const reset = element("button", { type: "button" }, "Start over");
    const page = path?.endsWith(".ipynb") ? `notebooks/${path.slice(0, -6)}.html` : "index.html";
    const back = element("a", { href: new URL(`../${page}`, base()) }, "Back to the book");
    const style = element("style", {}, `
      #portal-live { position: fixed; right: 1rem; bottom: 1rem; z-index: 10000; display: flex;
        flex-wrap: wrap; gap: .5rem .75rem; align-items: center; max-width: calc(100vw - 2rem);
        box-sizing: border-box; padding: .5rem .75rem; border: 1px solid var(--jp-border-color1);
        border-radius: 6px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1);
        font: 14px var(--jp-ui-font-family); box-shadow: 0 2px 8px rgb(0 0 0 / 25%); }
      #portal-live button { font: inherit; color: inherit; background: var(--jp-layout-color2);
        border: 1px solid var(--jp-border-color1); border-radius: 4px; padding: .25rem .6rem; }
      #portal-live a { color: inherit; }
      #portal-live button:enabled { cursor: pointer; }
      #portal-live button:disabled { opacity: .6; }`);
    const panel = element("section", { id: "portal-live", ariaLabel: "This chapter" }, text, bar, run, reset, back);
    document.body.append(style, panel);

    const say = (words) => {
      if (text.textContent !== words) text.textContent = words;
    };
    run.onclick = () => app.commands.execute("notebook:run-all-cells");
    reset.onclick = () => {
      if (confirm("Discard your edits of this chapter and open the original?")) startOver();
    };

    let fetched = false;
    fetchAll(base(), (done, bytes) => {
      const sum = done.reduce((a, b) => a + b, 0);
      bar.value = sum / done.length;
      const files = done.filter((part) => part === 1).length;
      if (!fetched) say(`Loading Python: ${Math.round(bytes / 1e6)} MB, ${files} of ${done.length} files`);
    }).catch((error) => console.warn("portal-live:", error)).finally(() => { fetched = true; });

    let ready = false;
    let most = 0;
    setInterval(() => {
      saveInTurn(app.shell.currentWidget?.context);
      const status = app.shell.currentWidget?.sessionContext?.session?.kernel?.status;
      ready ||= status === "idle";
      panel.dataset.ready = ready;
      run.disabled = !ready;
      reset.hidden = !path;
      if (!ready) {
        if (fetched) {
          bar.removeAttribute("value");
          say("Python is starting");
        }
        return;
      }
      fetched = true;
      const waiting = [...document.querySelectorAll(".jp-InputArea-prompt")].filter((prompt) => prompt.textContent.startsWith("[*]")).length;
      most = waiting ? Math.max(most, waiting) : 0;
      bar.hidden = !waiting;
      bar.value = most ? 1 - waiting / most : 1;
      say(waiting ? `Running, cells to go: ${waiting}` : "Python is ready");
    }, 250);
  };

  const plugin = { id: "portal-live:panel", autoStart: true, activate };
  const container = {
    init: turn,
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
  (window._JUPYTERLAB ??= {})["portal-live"] = container;
})();
