// The page of the small manifests: a card for each call that is worth a look, made as the page opens and on request.

import { describe, rejection } from "./rejection.js";
import { element, find, plural, prose, show } from "./dom.js";
import { features } from "./features.js";
import { invoke } from "./invoke.js";

const name = location.search.slice(1);
const feature = features[name] ?? { title: "Calls", about: `There is no feature \`${name}\`.`, calls: [] };
let answered = 0;
let refused = 0;

function shown(value) {
  if (value instanceof ArrayBuffer) {
    const bytes = [...new Uint8Array(value)].map((byte) => byte.toString(16).padStart(2, "0"));
    return `ArrayBuffer of ${plural(bytes.length, "byte")}\n${bytes.join(" ")}`;
  }
  return typeof value === "string" ? value || "(no text)" : JSON.stringify(value, null, Array.isArray(value) ? 0 : 2);
}

/** Many calls at once are told by how many ended how. */
async function burst(command, args, times) {
  const calls = Array.from({ length: times }, () => invoke(command, args).then(() => "answered", (fault) => describe(fault).code));
  const ends = new Map();
  for (const end of await Promise.all(calls)) ends.set(end, (ends.get(end) ?? 0) + 1);
  return [...ends].map(([end, count]) => `${count} ${end}`).join("\n");
}

function card({ command, args = {}, note, times }) {
  const text = JSON.stringify(args);
  const rows = Math.ceil(text.length / 34);
  const field = element("textarea", { rows, hidden: text === "{}", spellcheck: "false", "aria-label": `Arguments of ${command}, as JSON` });
  field.value = text;
  const result = element("div", { class: "panel", "aria-live": "polite", "aria-busy": "true" });
  const call = () =>
    show(
      result,
      async () => {
        const given = JSON.parse(field.value || "{}");
        const value = await (times ? burst(command, given, times) : invoke(command, given));
        answered += 1;
        return value;
      },
      (value) => element("pre", {}, shown(value)),
      (fault) => {
        refused += 1;
        return rejection(fault);
      },
    ).then(summarise);
  const node = element(
    "section",
    { class: "card", "aria-label": command },
    element(
      "div",
      { class: "card-head" },
      element("h2", {}, element("code", {}, command), times ? element("span", { class: "times" }, ` ${times} at once`) : ""),
      element("button", { class: "end", type: "button", click: call }, "Call"),
    ),
    element("p", { class: "hint" }, ...prose(note)),
    field,
    result,
  );
  return { node, call };
}

function summarise() {
  find("#summary").textContent = `${answered} answered, ${refused} refused or failed`;
}

const cards = feature.calls.map(card);

async function callAll() {
  for (const { call } of cards) await call();
  summarise();
}

document.title = feature.title;
find("#title").textContent = feature.title;
find("#file").textContent = `config/${name}.yaml`;
find("#calls").append(element("p", { class: "lead" }, ...prose(feature.about)), ...cards.map(({ node }) => node));
find("#again").addEventListener("click", callAll);
callAll();
