// A field that finds one of many files: type a part of the path, arrows and Enter choose.

import { element } from "./dom.js";

const SHOWN = 50;

/** `pick` gets the chosen path. Gives back how to set what there is to choose from. */
export function picker(input, list, pick) {
  let files = [];
  let matches = [];
  let active = -1;

  function open() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isWhole = files.includes(input.value);
    matches = files.filter((file) => isWhole || words.every((word) => file.toLowerCase().includes(word))).slice(0, SHOWN);
    list.replaceChildren(
      ...(matches.length ? matches.map(option) : [element("li", { class: "none" }, "no file of that name")]),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    activate(isWhole ? matches.indexOf(input.value) : matches.length ? 0 : -1);
  }

  function option(file, index) {
    // `mousedown`, because the field's `blur` closes the list before there is a `click`.
    const choose = (event) => {
      event.preventDefault();
      commit(file);
    };
    return element("li", { id: `${list.id}-${index}`, role: "option", "aria-selected": "false", mousedown: choose }, file);
  }

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const node = matches.length ? list.children[active] : undefined;
    if (!node) return input.removeAttribute("aria-activedescendant");
    node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", node.id);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function commit(file) {
    input.value = file;
    close();
    pick(file);
  }

  function move(by) {
    if (list.hidden) return open();
    if (matches.length) activate((active + by + matches.length) % matches.length);
  }

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", open);
  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") close();
    // What is typed is sent as it is when no file matches: the gateway is what decides, not this field.
    else if (event.key === "Enter") commit(!list.hidden && matches[active] ? matches[active] : input.value);
    else return;
    if (event.key !== "Escape" || !list.hidden) event.preventDefault();
  });

  return (all) => (files = all);
}
