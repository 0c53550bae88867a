/* The page's side of the worker: start it, ask it, end it. */

let worker = null;
let number = 0;
const waiting = new Map(); // what was asked and not yet answered, by id
const listeners = {};

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
      if (data.type === "done") {
      const answer = waiting.get(data.id);
      waiting.delete(data.id);
      answer?.(data);
    }
    if (data.type === "ready") waiting.delete(boot);
    // it holds a lock as long as it lives; a worker that the browser ends says nothing else
    if (data.type === "alive")
      navigator.locks.request(data.lock, () => {
        if (mine === worker) listeners.failed({ during: "silence", text: "no answer" });
      });
    listeners[data.type]?.(data);
  };
  const boot = newId();
  waiting.set(boot, () => {});
  worker.postMessage({ type: "boot", id: boot, ...settings });
};
