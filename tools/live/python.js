/* The page's side of the worker: start it, ask it, end it. */

let worker = null;
let number = 0;
const waiting = new Map(); // what was asked and not yet answered, by id
const listeners = {};
let awaited = 0; // when a sign of life was asked for

/* Hear messages of one type from the worker. */
export const on = (type, listener) => { listeners[type] = listener; };
export const newId = () => `m${++number}`;
export const running = () => worker !== null;
export const busy = () => waiting.size > 0;

/* Ask the worker; the answer comes when it is done. */
export const ask = (message) => {
  const id = message.id ?? newId();
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ ...message, id });
  });
};

/* End Python; what was asked is answered with this status. */
export const stop = (status = "stopped") => {
  worker?.terminate();
  worker = null;
  awaited = 0;
  const answers = [...waiting.values()];
  waiting.clear();
  for (const answer of answers) answer({ status });
};

export const start = (url, settings) => {
  worker = new Worker(url);
  const mine = worker;
  worker.onerror = (event) => {
    event.preventDefault?.();
    if (mine === worker) listeners.failed({ during: "worker", text: event.message ?? `${url} did not come` });
  };
  worker.onmessage = ({ data }) => {
    if (mine !== worker) return; // it was ended
    awaited = 0;
    if (data.type === "done") {
      const answer = waiting.get(data.id);
      waiting.delete(data.id);
      answer?.(data);
    }
    if (data.type === "ready") waiting.delete(boot);
    listeners[data.type]?.(data);
  };
  const boot = newId();
  waiting.set(boot, () => {});
  worker.postMessage({ type: "boot", id: boot, ...settings });
};

/* A worker that the browser ended says nothing: while Python has nothing to do, ask it every few
   seconds. */
const EVERY = 3000;
const PATIENCE = 5000;
setInterval(() => {
  if (!worker || busy()) { awaited = 0; return; }
  if (awaited && Date.now() - awaited > PATIENCE) return listeners.failed({ during: "silence", text: "no answer" });
  if (!awaited) { awaited = Date.now(); worker.postMessage({ type: "ping" }); }
}, EVERY);
