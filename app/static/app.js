/* What Gradio has no component for: the photo picker, the lightbox, keys for votes, the Left/Right switch on phones.
   Nothing here knows a system; it holds a visit's token and opaque photo ids only. */
(() => {
  "use strict";
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const root = document.querySelector("base")?.href ?? location.origin + location.pathname.replace(/[^/]*$/, "");
  const address = (path) => new URL(path.replace(/^\//, ""), root).href;

  /* The picker: value = {token, most, sample: {title, pictures} | null}. Files go straight to the server's memory. */
  function picker(element, props, trigger, watch) {
    const host = element.querySelector(".picker");
    const state = { token: null, most: 20, photos: [], waiting: [], problems: [], sample: null, next: 0 };

    const draw = () => {
      const own = state.photos.length + state.waiting.length > 0;
      host.replaceChildren(zone(own), ...(own ? [strip()] : state.sample ? [sample()] : []), ...problems());
    };
    const zone = (own) => {
      const input = make("input", { type: "file", multiple: true, accept: "image/*,.heic,.heif", id: "photo-input",
        "aria-label": "Add photos", onchange: (event) => { take([...event.target.files]); event.target.value = ""; } });
      const label = make("label", { class: own ? "drop small" : "drop" }, input,
        make("strong", {}, own ? "Add more photos" : "Drop 1 to " + state.most + " photos here, in order"),
        make("span", {}, own ? state.photos.length + " of " + state.most + " · drag to reorder" : "or tap to choose · JPEG, PNG, WebP, GIF, HEIC"));
      for (const kind of ["dragover", "dragenter"]) label.addEventListener(kind, (event) => {
        if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); label.classList.add("over"); } });
      for (const kind of ["dragleave", "drop"]) label.addEventListener(kind, () => label.classList.remove("over"));
      label.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
      return label;
    };
    const sample = () => {
      const list = make("ol", { class: "pictures", "aria-label": "Photos of the sample story" });
      state.sample.pictures.forEach((one, index) => list.append(make("li", {}, make("figure", {},
        make("button", { type: "button", class: "enlarge", "data-caption": one.alt, "data-about": one.about, "aria-label": "Enlarge photo " + (index + 1) + ": " + one.alt },
          make("img", { src: address(one.src), alt: one.alt }))))));
      return make("div", {}, make("p", { class: "strip-title" }, "Sample story: " + state.sample.title), list);
    };
    const strip = () => {
      const list = make("ol", { class: "strip", "aria-label": "Photos of your story, in order" });
      state.photos.forEach((photo, index) => list.append(tile(photo, index)));
      state.waiting.forEach((one) => list.append(make("li", {}, make("div", { class: "busy", role: "status" }, "Adding " + one.name))));
      return list;
    };
    const tile = (photo, index) => {
      const place = "photo " + (index + 1);
      const item = make("li", { draggable: "true" },
        make("img", { src: address(photo.src), alt: "Your " + place }), make("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
        make("div", { class: "tools" },
          make("button", { type: "button", title: "Earlier", "aria-label": "Move " + place + " earlier", disabled: index === 0, onclick: () => move(index, index - 1, "Earlier") }, "←"),
          make("button", { type: "button", title: "Remove", "aria-label": "Remove " + place, onclick: () => remove(photo) }, "Remove"),
          make("button", { type: "button", title: "Later", "aria-label": "Move " + place + " later", disabled: index === state.photos.length - 1, onclick: () => move(index, index + 1, "Later") }, "→")));
      item.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/x-place", String(index)); item.classList.add("dragging"); });
      item.addEventListener("dragend", () => item.classList.remove("dragging"));
      item.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("text/x-place")) { event.preventDefault(); item.classList.add("target"); } });
      item.addEventListener("dragleave", () => item.classList.remove("target"));
      item.addEventListener("drop", (event) => {
        const from = event.dataTransfer.getData("text/x-place");
        if (from !== "") { event.preventDefault(); event.stopPropagation(); move(Number(from), index); } });
      return item;
    };
    const problems = () => state.problems.length === 0 ? [] : [make("ul", { class: "problems", role: "alert" },
      ...state.problems.map((text) => make("li", {}, make("span", {}, text),
        make("button", { type: "button", "aria-label": "Dismiss", onclick: () => { state.problems = state.problems.filter((one) => one !== text); draw(); } }, "×"))))];

    const send = async (path, options) => {
      try {
        const answer = await fetch(address(path), { ...options, credentials: "same-origin" });
        const body = await answer.json().catch(() => ({}));
        return answer.ok ? body : { problem: body.problem || "The server did not take this (" + answer.status + "). Try again." };
      } catch { return { problem: "The connection broke. Check it and try again." }; }
    };
    async function take(files) {
      if (!files.length) return;
      if (!state.token) { state.problems = ["The page is still starting. Try again in a moment."]; draw(); return; }
      state.problems = [];
      const total = files.reduce((sum, file) => sum + file.size, 0);
      if (state.together && total > state.together) {
        state.problems = ["These files are " + Math.round(total / 1e6) + " MB together; up to " + Math.round(state.together / 1e6) + " MB at once is fine. Add them in parts."];
        draw(); return;
      }
      const jobs = files.map((file) => ({ file, name: file.name, place: state.next++ }));
      state.waiting.push(...jobs);
      draw();
      const queue = [...jobs];
      const worker = async () => { for (let job; (job = queue.shift()); ) await upload(job); };
      await Promise.all([worker(), worker(), worker()]);
      changed();
    }
    async function upload(job) {
      const path = "visit/" + state.token + "/photos?place=" + job.place + "&name=" + encodeURIComponent(job.name);
      const said = state.limit && job.file.size > state.limit
        ? { problem: job.name + ": " + Math.round(job.file.size / 1e6) + " MB is too large; up to " + Math.round(state.limit / 1e6) + " MB is fine." }
        : await send(path, { method: "POST", body: job.file });
      state.waiting = state.waiting.filter((one) => one !== job);
      if (said.problem) state.problems.push(said.problem);
      if (said.photos) state.photos = said.photos;
      draw();
    }
    async function remove(photo) {
      take_answer(await send("visit/" + state.token + "/photos/" + photo.id, { method: "DELETE" }));
      host.querySelector("input")?.focus();
    }
    async function move(from, to, focus) {
      if (from === to) return;
      const ids = state.photos.map((photo) => photo.id);
      ids.splice(to, 0, ...ids.splice(from, 1));
      take_answer(await send("visit/" + state.token + "/order", { method: "POST", body: JSON.stringify(ids) }));
      if (focus) host.querySelectorAll(".strip li")[to]?.querySelector('[title="' + focus + '"]:not(:disabled), [title="Remove"]')?.focus();
    }
    const take_answer = (said) => {
      if (said.problem) state.problems = [said.problem];
      if (said.photos) state.photos = said.photos;
      draw(); changed();
    };
    const changed = () => trigger("change", { photos: state.photos.length });
    const read = () => {
      const value = props.value || {};
      if (value.token && value.token !== state.token) { state.token = value.token; state.photos = []; state.problems = []; }
      state.most = value.most || state.most; state.limit = value.limit; state.together = value.together; state.sample = value.sample || null;
      if (value.clear) { state.photos = []; state.problems = []; }
      draw();
    };
    watch("value", read);
    read();
  }
  window.sporcPicker = picker;

  /* Lightbox: one dialog for the page; Escape and the backdrop close it. */
  const lightbox = (button) => {
    const image = button.querySelector("img");
    const text = [button.dataset.caption, button.dataset.about].filter(Boolean).join(" · ");
    const line = make("p", {}, text);
    if (button.dataset.link && /^https?:/.test(button.dataset.link))
      line.append(text ? " · " : "", make("a", { href: button.dataset.link, target: "_blank", rel: "noopener noreferrer" }, "Source"));
    const dialog = make("dialog", { class: "lightbox", "aria-label": "Photo, enlarged" }, make("img", { src: image.src, alt: image.alt }),
      make("div", {}, line, make("button", { type: "button", onclick: () => dialog.close() }, "Close")));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
    (document.querySelector(".gradio-container") || document.body).append(dialog);
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const enlarge = event.target.closest?.(".enlarge");
    if (enlarge) { event.preventDefault(); lightbox(enlarge); return; }
    const jump = event.target.closest?.("[data-jump]");
    if (jump) {
      document.querySelector("#vote-page [aria-label=\"" + jump.dataset.jump + "\"]")?.scrollIntoView({ block: "start", behavior: "smooth" });
      for (const one of document.querySelectorAll("[data-jump]")) one.setAttribute("aria-current", String(one === jump));
    }
  });

  /* Keys: A left, B right, T about the same, N neither, S skip; never while typing, never with a modifier. */
  const names = { a: "left", b: "right", t: "tie", n: "both_bad", s: "skip" };
  const seen = (node) => node && node.offsetParent !== null && !node.disabled;
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]")) return;
    const name = names[event.key.toLowerCase()];
    if (!name) return;
    for (const screen of ["vote", "compare"]) {
      const node = document.getElementById(screen + "-" + name);
      const button = node?.matches("button") ? node : node?.querySelector("button");
      if (seen(button)) { event.preventDefault(); button.click(); return; }
    }
  });
})();
