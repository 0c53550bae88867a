/* The Python of a live page: Pyodide, and the Python half of JupyterLite's kernel, in a worker. */
import sessionSource from "../session.py";

const tell = (type, more = {}) => postMessage({ type, ...more });


/* Count what comes of the wheels, so that the page can show it. */
const counted = new Set();
let got = 0;
const fetchIt = self.fetch.bind(self);
self.fetch = async (request, options) => {
  const url = `${request.url ?? request}`;
  let response;
  try {
    response = await fetchIt(request, options);
  } catch (error) {
    tell("missing", { url, text: `${error.message}` });
    throw error;
  }
  if (!response.ok) tell("missing", { url, text: `the server said ${response.status}` });
  if (!/\.(whl|zip|tar)$/.test(url) || !response.body || counted.has(url)) return response;
  counted.add(url);
  const count = new TransformStream({
    transform(chunk, out) {
      got += chunk.length;
      tell("progress", { got });
      out.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), { status: response.status, headers: response.headers });
};

let python, kernel, session;
let parent = null; // whose outputs come
const plain = (value) => {
  if (!(value instanceof python.ffi.PyProxy)) return value;
  const made = value.toJs({ dict_converter: Object.fromEntries });
  value.destroy();
  return made;
};
const breathe = () => new Promise((next) => setTimeout(next));

const boot = async ({ pyodide, wheels, packages, warm, cells }) => {
  const early = wheels.map((url) => fetch(url).then((response) => response.arrayBuffer()));
  early.forEach((one) => one.catch(() => {})); // said where it is awaited
  importScripts(`${pyodide}pyodide.js`);
  python = await loadPyodide({
    indexURL: pyodide,
    env: {
      HOME: "/home/pyodide",
      MPLBACKEND: "module://matplotlib_inline.backend_inline",
      OPENBLAS_NUM_THREADS: "1",
    },
  });
  tell("stage", { stage: "packages" });
  const failures = [];
  await python.loadPackage(packages, {
    messageCallback: () => {},
    errorCallback: (text) => failures.push(text),
  });
  if (failures.length) throw new Error(failures[0]);
  for (const one of early) python.unpackArchive(await one, "wheel");
  tell("stage", { stage: "kernel" });
  const module = python.pyimport("pyodide_kernel");
  kernel = module.kernel_instance;
  const interpreter = kernel.interpreter;
  const say = (kind, content) => tell("output", { parent, kind, content });
  const stream = (name, text) => say("stream", { name: plain(name), text: plain(text) });
  module.stdout_stream.publish_stream_callback = stream;
  module.stderr_stream.publish_stream_callback = stream;
  const publish = (kind) => (data, metadata, transient) =>
    say(kind, { data: plain(data), metadata: plain(metadata), transient: plain(transient) });
  interpreter.display_pub.clear_output_callback = (wait) => say("clear_output", { wait });
  interpreter.display_pub.display_data_callback = publish("display_data");
  interpreter.display_pub.update_display_data_callback = publish("update_display_data");
  interpreter.displayhook.publish_execution_result = (count, data, metadata) =>
    say("execute_result", { data: plain(data), metadata: plain(metadata) });
  interpreter.send_comm = (kind, content, metadata, topic, buffers) =>
    tell("comm", {
      parent, kind: plain(kind), content: plain(content), metadata: plain(metadata) ?? {},
      buffers: plain(buffers) ?? [],
    });
  python.FS.writeFile("/home/pyodide/portal_live_session.py", sessionSource);
  session = python.pyimport("portal_live_session").Session(interpreter.transform_cell);
  tell("ready");
  // what the first figure imports, while the reader makes up their mind
  for (const code of warm) {
    await breathe();
    if (queue.length) return;
    python.runPython(code);
  }
  for (const code of cells) {
    await breathe();
    if (queue.length) return;
    session.look(code);
  }
};

const setParent = (id) => {
  parent = id;
  kernel._parent_header = python.toPy({ header: { msg_id: id, msg_type: "execute_request" } });
};

const run = async (id, number, code) => {
  setParent(id);
  const result = plain(await kernel.run(code));
  session.done(number, code, result.status === "ok");
  return result;
};

/* First what the cell needs of those above, unheard, then the cell itself. */
const execute = async ({ id, cells, number, still, above }) => {
  if (above) {
    for (const [earlier, code] of plain(session.before(cells, number))) {
      const result = await run(null, earlier, code);
      if (result.status === "error")
        return tell("done", { id, status: "error", error: result, at: earlier });
    }
  }
  const result = await run(id, number, still ?? cells[number]);
  if (still !== undefined) session.done(number, cells[number], result.status === "ok");
  tell("done", { id, status: result.status, error: result, at: number });
};

const comm = ({ id, kind, content, buffers }) => {
  setParent(id);
  const message = python.toPy({ content, buffers: buffers ?? [], header: { msg_id: id }, parent_header: {}, metadata: {} });
  kernel.comm_manager[kind](null, null, message);
  tell("done", { id, status: "ok" });
};

/* The page hears of the end of this worker when it gets this lock. */
const lock = `portal-live ${Math.random()}`;
navigator.locks?.request(lock, () => {
  tell("alive", { lock });
  return new Promise(() => {});
});

/* One thing after the other, in the order in which it was asked for. */
const work = { boot, execute, comm };
const queue = [];
let busy = false;
onmessage = async ({ data }) => {
  queue.push(data);
  if (busy) return;
  busy = true;
  while (queue.length) {
    const message = queue.shift();
    try {
      await work[message.type](message);
    } catch (error) {
      // what Python raises is a result; this is Python itself, or a file that did not come
      tell("failed", { id: message.id, during: message.type, text: `${error?.message ?? error}` });
    }
  }
  busy = false;
};
