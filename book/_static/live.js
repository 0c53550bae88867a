/* Offers to bring a chapter to life; all else comes when the reader shows that they want it.
   Plain old JavaScript: an old browser must be able to say that it is too old. */
(function () {
  "use strict";
  var box = document.querySelector(".run-chapter");
  if (!box) return;
  var chapter = location.pathname.split("/").pop().replace(/\.html$/, "");
  var base = new URL("../live/", location.href).href;
  var module = null;

  function make(tag, words, name) {
    var made = document.createElement(tag);
    made.textContent = words;
    made.className = name;
    return made;
  }
  var said = make("p", "", "live-said");
  said.setAttribute("role", "status");
  box.appendChild(said);
  function say(words) {
    said.textContent = words;
  }

  /* What this browser cannot do, in words; nothing where it can. */
  function obstacle() {
    if (location.protocol === "file:")
      return "This page was opened from a file, where browsers let no Python run. In the folder of the book, run \u201cpython -m http.server\u201d and open the address that it prints.";
    if (typeof WebAssembly !== "object" || typeof Worker !== "function" || !("noModule" in HTMLScriptElement.prototype))
      return "This browser is too old to run Python (it lacks " + (typeof WebAssembly !== "object" ? "WebAssembly" : typeof Worker !== "function" ? "workers" : "modules") + "). Use a current Firefox, Chrome, Edge or Safari; or the links to Binder and Colab above.";
    return "";
  }

  /* The page's module puts itself into the window, since an old browser cannot read "import". */
  function load() {
    if (!module)
      module = new Promise(function (done, fail) {
        var style = document.createElement("link");
        style.rel = "stylesheet";
        style.href = base + "page.css";
        var script = document.createElement("script");
        script.type = "module";
        script.src = base + "page.js";
        script.onload = function () { done(window.portalLive); };
        script.onerror = function () { fail(new Error(script.src + " did not come")); };
        document.head.append(style, script);
      });
    return module;
  }
  function failed(error) {
    module = null;
    say("The page could not come alive: " + (error && error.message ? error.message : error) + ". Is there a connection? Then load the page again.");
  }
  function intend() {
    if (obstacle()) return;
    load().then(function (page) { return page.intend(base, chapter); }).catch(failed);
  }
  function begin(button, cell) {
    var words = obstacle();
    say(words);
    if (words) return;
    load().then(function (page) {
      if (button === top && page.alive()) return page.runAll();
      if (button === top) button.textContent = "Run all cells";
      return page.begin(base, chapter, cell);
    }).catch(failed);
  }
  function offer(words, name, cell) {
    var button = make("button", words, name);
    button.type = "button";
    ["pointerenter", "focus", "touchstart"].forEach(function (kind) {
      button.addEventListener(kind, intend, { once: true, passive: true });
    });
    button.addEventListener("click", function () { begin(button, cell); });
    return button;
  }
  var top = offer("Make this page live", "live-start", null);
  box.insertBefore(top, box.firstChild);
  Array.prototype.forEach.call(document.querySelectorAll(".bd-article .cell.tag_remove-output"), function (cell) {
    cell.appendChild(offer("Bring this figure to life", "live-play", cell));
  });
})();
