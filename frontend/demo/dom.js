// The few things that every page does with its document.

export const find = (selector) => document.querySelector(selector);

/** Makes an element. `attributes` are set as they are, functions are listeners; children are texts or nodes. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a shape. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** Texts of the gateway quote names with backticks; pages show those as code. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

const turns = new WeakMap();

/**
 * Fills `panel` with what `load` brings, or with why it did not come. Of several at once the last one wins; what was
 * there stays until then.
 */
export async function show(panel, load, render, refuse) {
  const turn = (turns.get(panel) ?? 0) + 1;
  turns.set(panel, turn);
  panel.setAttribute("aria-busy", "true");
  let nodes;
  try {
    nodes = render(await load());
  } catch (fault) {
    nodes = refuse(fault);
  }
  if (turns.get(panel) !== turn) return;
  panel.replaceChildren(...[nodes].flat().filter((node) => node !== undefined));
  panel.removeAttribute("aria-busy");
}

export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
