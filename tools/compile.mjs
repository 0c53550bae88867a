// node compile.mjs PYODIDE TREE [NAME...]: compile each .py below TREE with the Python in PYODIDE.
// The .pyc takes the place of the .py; in the folders TREE/NAME both stay.
import { pathToFileURL } from "node:url";

const [folder, tree, ...kept] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: folder, env: { PYTHONHASHSEED: "0" } });
python.mountNodeFS("/tree", tree);
python.globals.set("kept", python.toPy(kept));
python.runPython(`
import importlib.util
import marshal
import os

UNCHECKED = (1).to_bytes(4, "little")  # an import looks at neither date nor hash of the source

for where, folders, names in os.walk("/tree"):
    folders.sort()
    for name in sorted(name for name in names if name.endswith(".py")):
        source = os.path.join(where, name)
        with open(source, "rb") as file:
            text = file.read()
        root, inside = source.removeprefix("/tree/").split("/", 1)
        try:
            code = compile(text, inside, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # a template, or made for another Python: it stays as it is
        target = source + "c"
        if root in kept:
            target = importlib.util.cache_from_source(source)
            os.makedirs(os.path.dirname(target), exist_ok=True)
        # format 2 has no references, which depend on what else this Python holds
        header = importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(text)
        with open(target, "wb") as file:
            file.write(header + marshal.dumps(code, 2))
        if root not in kept:
            os.remove(source)
`);
