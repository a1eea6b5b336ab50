// What a page does beyond links and forms: tells how far work has come, and hands a dropped file in.
"use strict";

function follow(section) {
  const bar = section.querySelector("progress");
  const words = section.querySelector("[data-words]");
  const news = new EventSource(section.dataset.events);
  news.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    words.textContent = told.words;
    if (told.total > 0) {
      bar.max = told.total;
      bar.value = told.done;
    }
  });
  news.addEventListener("over", () => {
    news.close();
    window.location.reload();
  });
}

function handIn(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector(".drop");
  const words = form.querySelector("[data-words]");
  const say = (text, bad) => {
    words.textContent = text;
    words.classList.toggle("bad", bad);
    words.classList.toggle("plain", !bad);
    words.hidden = false;
  };
  const send = () => {
    if (input.files.length === 0) return;
    if (input.files[0].size > Number(form.dataset.limit)) {
      say(form.dataset.tooLarge, true);
      input.value = "";
      return;
    }
    form.requestSubmit();
  };
  input.addEventListener("change", send);
  form.addEventListener("submit", () => {
    say(form.dataset.busy, false);
    drop.classList.add("busy");
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      send();
    }
  });
  // Coming back to the page shows it as it was left.
  window.addEventListener("pageshow", () => {
    words.hidden = true;
    drop.classList.remove("busy");
    input.value = "";
  });
}

// A form whose answer takes a moment says so on its button, and is sent once.
function wait(form) {
  const button = form.querySelector("button");
  const name = button.textContent;
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = form.dataset.busy;
  });
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = name;
  });
}

document.querySelectorAll("[data-events]").forEach(follow);
document.querySelectorAll("[data-upload]").forEach(handIn);
document.querySelectorAll("form[data-busy]:not([data-upload])").forEach(wait);

// What is pressed stays until it is let go: exchanged in between, it would not be clicked. Its part is exchanged the next time.
let pressed = null;
document.addEventListener("pointerdown", (event) => {
  pressed = event.target;
});
for (const name of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(name, () => {
    pressed = null;
  });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target } = event.detail;
  const comesAgain = requestConfig.elt.getAttribute("hx-trigger")?.startsWith("every");
  if (comesAgain && target.contains(pressed)) event.detail.shouldSwap = false;
});

// A part of a page that cannot be had is asked for as a whole page, which says why.
document.addEventListener("htmx:responseError", (event) => {
  window.location.assign(event.detail.pathInfo.finalRequestPath);
});
