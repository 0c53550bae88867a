// node run.mjs PYODIDE_FOLDER < CHAPTERS: run chapters in Pyodide and print what each cell shows.
// Read {name: [source of a cell, …]}, write {name: [{kind of output: [text, …]}, …]}, as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const chapters = readFileSync(0, "utf8");
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({
  indexURL: folder,
  env: { HOME: "/home/pyodide", MPLBACKEND: "module://matplotlib_inline.backend_inline" },
  stdout: console.error,
});
const quiet = { messageCallback: () => {} };
await python.loadPackage(["ipython", "matplotlib"], quiet);
// the packages of a cell come as in the live chapter: by its imports, from the index of the site
const load = (source) => python.loadPackagesFromImports(source, quiet);
const run = await python.runPythonAsync(`
import json

import matplotlib.font_manager  # lists the fonts when it comes first, and says so on stderr
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output


class Show(DisplayHook):
    """Show the value of the last line as display does, which can be captured."""

    def __call__(self, value=None):
        if value is not None and not self.quiet():
            display(value)


class Shell(InteractiveShell):
    displayhook_class = Show


shell = Shell.instance()


def run_cell(source):
    with capture_output() as shown:
        result = shell.run_cell(source)
    kinds = {"stdout": [shown.stdout], "stderr": [shown.stderr]}
    for output in shown.outputs:
        for kind, text in output.data.items():
            kinds.setdefault(kind, []).append(text)
    if not result.success:
        kinds["error"] = [repr(result.error_before_exec or result.error_in_exec)]
    return kinds


async def run(chapters, load):
    shown = {}
    for name, cells in json.loads(chapters).items():
        shell.reset(new_session=True)
        shown[name] = []
        for source in cells:
            await load(source)
            shown[name].append(run_cell(source))
    return json.dumps(shown)


run
`);
process.stdout.write(await run(chapters, load));
