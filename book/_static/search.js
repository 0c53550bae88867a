/* The search looks through the sections of the book: SECTIONS is in sections.js, one row for each of
   them with its page, anchor, title of the page, title and text.  What Sphinx finds by itself, names
   of the package and words of code, comes after them. */
(() => {
  const AT_MOST = 20;
  const OF_ONE_PAGE = 4;
  const ELEMENTS = {
    ar: "argon", b: "boron", be: "beryllium", cr: "chromium", cs: "caesium", ge: "germanium",
    i: "iodine", na: "sodium", si: "silicon", xe: "xenon",
  };
  const SAME = {
    "second band": ["second band", "two bands", "both bands", "second allowed band", "mirror band"],
    "mirror band": ["mirror band", "second band"],
    cenns: ["coherent scattering", "cevns"], cevns: ["coherent scattering", "cevns"], rk: ["rk", "rk*", "lepton universality"],
  };

  // ² is 2 and ν is v, so that q2, CEvNS and RK are found as they are typed
  const bare = (text) => text.normalize("NFKC").toLowerCase().replaceAll("ν", "v").replace(/[_{}^\\$]/g, "");

  /* Return the texts that a query stands for. */
  const meanings = (query) => {
    const typed = bare(query).trim().replace(/\s+/g, " ");
    const equation = typed.match(/^(?:(?:the )?paper'?s? )?(?:eq(?:uation|n)?s?\.? ?)?\(?(\d\.\d{1,2})\)?$/);
    if (equation) return [`(${equation[1]})`];
    const figure = typed.match(/^(?:(?:the )?paper'?s? )?fig(?:ure|s)?\.? ?(\d)$/);
    if (figure) return [`fig. ${figure[1]}`];
    const isotope = typed.match(/^([a-z]{1,2})-?(\d{1,3})$/);
    if (isotope && ELEMENTS[isotope[1]]) return [typed, `${isotope[2]}${isotope[1]}`, ELEMENTS[isotope[1]]];
    return SAME[typed] ?? [typed];
  };

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = (text) => new RegExp(`(?<![\\p{L}\\p{N}.])${escaped(text)}(?![\\p{N}])`, "gu");
  const count = (pattern, text) => text.match(pattern)?.length ?? 0;

  const found = (query) => {
    const said = meanings(query);
    const phrases = said.map(whole);
    const words = said[0].split(" ").map(whole);
    const rows = SECTIONS.map(([page, anchor, book, title, text]) => {
      const [low, head] = [bare(text), bare(title)];
      const exact = phrases.reduce((sum, phrase) => sum + Math.min(6, count(phrase, low)) + 8 * count(phrase, head), 0);
      const all = words.every((word) => count(word, low) + count(word, head) + count(word, bare(book)));
      if (!exact && !all) return null;
      // the chapters explain; and a place that is called so is what was meant
      const chapter = page.startsWith("notebooks/") ? 2 : page === "book/package" ? 0.3 : 1;
      const named = head === said[0] && page !== "book/package" ? 100 : 0;
      return { page, anchor, book, title, text, low, score: chapter * (exact + (all ? 0.5 : 0)) + named, said };
    });
    const places = rows.filter((row) => row && !(row.page === "book/glossary" && row.title !== row.book));
    // a section counts for more in a page that is about it
    const about = {};
    for (const { page, score } of places) about[page] = (about[page] ?? 0) + score;
    places.forEach((place) => (place.score += about[place.page] / 4));
    const rest = {};
    return places
      .sort((one, other) => other.score - one.score)
      .filter(({ page }) => (rest[page] = (rest[page] ?? 0) + 1) <= OF_ONE_PAGE)
      .slice(0, AT_MOST);
  };

  /* Return the entry of the glossary that is called so. */
  const meaning = (query) => {
    const said = bare(query).trim();
    const same = ([page, , book, title]) => page === "book/glossary" && title !== book && bare(title) === said;
    return SECTIONS.find(same);
  };

  const link = (address, name) => Object.assign(document.createElement("a"), { href: address, textContent: name });

  /* Cut out what stands around the first match. */
  const excerpt = ({ text, low, said }) => {
    const places = said.concat(said[0].split(" ")).map((word) => low.search(whole(word)));
    const at = places.find((place) => place >= 0) ?? 0;
    const start = at > 90 ? text.indexOf(" ", at - 90) + 1 : 0;
    const end = text.indexOf(" ", start + 220);
    return (start ? "… " : "") + text.slice(start, end < 0 ? undefined : end) + (end < 0 ? "" : " …");
  };

  const show = (address, name, text) => {
    const item = Search.output.appendChild(document.createElement("li"));
    item.append(link(address, name));
    if (text) item.append(Object.assign(document.createElement("p"), { className: "context", textContent: text }));
  };

  const define = ([page, anchor, , title, text]) => {
    const words = document.createElement("p");
    words.append(link(`${page}${DOCUMENTATION_OPTIONS.LINK_SUFFIX}#${anchor}`, title), `: ${text}`);
    Search.output.before(words);
  };

  Search.query = (query) => {
    const word = meaning(query);
    if (word) define(word);
    const own = found(query);
    const suffix = DOCUMENTATION_OPTIONS.LINK_SUFFIX;
    for (const row of own) {
      const name = row.title === row.book.replace(/^\d+\. /, "") ? row.book : `${row.book} › ${row.title}`;
      show(`${row.page}${suffix}#${row.anchor}`, name, excerpt(row));
    }
    // the names of the package, and pages where only code has the words
    const [text, terms, excluded, highlight, objects] = Search._parseQuery(query);
    const pages = new Set(own.map((row) => row.page));
    const seen = new Set(own.map((row) => row.anchor));
    const theirs = Search._performSearch(text, terms, excluded, highlight, objects).reverse();
    let others = 0;
    for (const [page, title, anchor, descr] of theirs) {
      if (anchor ? seen.has(anchor.slice(1)) : pages.has(page)) continue;
      if (!SECTIONS.some((row) => row[0] === page) && !anchor) continue;
      const name = title.replace(/<[^>]*>|\$|\\[a-zA-Z]+|[{}]/g, "");
      show(page + suffix + anchor, name, descr ?? "");
      others += 1;
      if (others === AT_MOST) break;
    }
    Search.stopPulse();
    Search.title.innerText = "Search results";
    const total = own.length + others;
    Search.status.innerText = total ? `${total} places` : `Nothing in the book has “${query}”.`;
  };
})();
