/* What the reader changed, kept in this browser: per chapter, only the cells that differ. */

let store = null;
try {
  store = window.localStorage;
  store.setItem("portal-live?", "1");
  store.removeItem("portal-live?");
} catch {
  store = null;
}
/* Whether this browser keeps anything; in a private window it may not. */
export const keeps = () => store !== null;

const key = (chapter) => `portal-live:${chapter}`;

/* Return the kept edits of a chapter: [{cell, base, text}], where base is the book's text then. */
export const load = (chapter) => {
  try {
    const kept = JSON.parse(store?.getItem(key(chapter)) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
};

const save = (chapter, edits) => {
  try {
    if (edits.length) store?.setItem(key(chapter), JSON.stringify(edits));
    else store?.removeItem(key(chapter));
    return store !== null;
  } catch {
    return false; // the store is full
  }
};

/* Keep the text of a cell, or nothing where it is the book's; say whether that worked. */
export const keep = (chapter, cell, base, text) => {
  const others = load(chapter).filter((edit) => edit.base !== base || edit.cell !== cell);
  return save(chapter, text === base ? others : [...others, { cell, base, text }]);
};
export const forget = (chapter, edit) =>
  save(chapter, load(chapter).filter((one) => one.base !== edit.base || one.cell !== edit.cell));
export const forgetAll = (chapter) => save(chapter, []);

/* Hear of edits that another tab of this chapter makes. */
export const onElsewhere = (chapter, listener) =>
  window.addEventListener("storage", (event) => { if (event.key === key(chapter)) listener(load(chapter)); });

/* Match kept edits to the cells of today: by the text they were made from, else by number.
   Of those in the second list the book has a newer version. */
export const match = (edits, sources) => {
  const current = new Map();
  const outdated = new Map();
  for (const edit of edits) {
    const same = sources[edit.cell] === edit.base ? edit.cell : sources.indexOf(edit.base);
    if (same >= 0) current.set(same, edit);
    else outdated.set(Math.min(edit.cell, sources.length - 1), edit);
  }
  return { current, outdated };
};
