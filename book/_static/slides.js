/* Start a deck: first formulas and sliders, then what is too high is set smaller, then reveal.js. */
(async () => {
  const reveal = document.querySelector(".reveal");
  const boxes = [...reveal.querySelectorAll(".moving")];
  const drawn = () => boxes.every((box) => box.querySelector(".noUi-handle"));
  const loaded = new Promise((done) => addEventListener("load", done));
  await window.MathJax.startup.promise;
  await loaded;
  if (!drawn())
    await new Promise((done) => {
      const watch = new MutationObserver(() => drawn() && (watch.disconnect(), done()));
      watch.observe(reveal, { childList: true, subtree: true });
    });
  dispatchEvent(new Event("resize")); // book.js makes wide formulas and tables fit
  for (const slide of reveal.querySelectorAll("section"))
    for (let size = 28; slide.offsetHeight > 720 && size > 12; size -= 1) slide.style.fontSize = `${size}px`;
  await window.Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0.02,
    center: false,
    hash: true,
    slideNumber: "c/t",
    viewDistance: 100,
    transition: "none",
    pdfMaxPagesPerSlide: 1,
    plugins: [window.RevealNotes],
    // the keys of a slider or a choice that has the focus are its own
    keyboardCondition: ({ key }) => {
      const focus = document.activeElement;
      const own = focus?.matches('[role="slider"]') ? /^(Arrow|Page|Home|End)/ : focus?.matches("summary") ? /^( |Enter)$/ : /^$/;
      return !own.test(key);
    },
  });
  reveal.classList.add("ready");
  document.documentElement.dataset.deck = "ready";
})();
