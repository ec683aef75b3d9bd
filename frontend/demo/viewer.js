// The second window: it may ask for the log and the gateway's state, and shows what happens when it asks for more.

import { commitList, commits } from "./log.js";
import { element, find, show } from "./dom.js";
import { invoke } from "./invoke.js";
import { rejection } from "./rejection.js";
import { watchGeneration } from "./status.js";

const refuse = (fault) => rejection(fault);

function showAll() {
  show(find("#commits"), () => invoke("plugin:git|log", { max: 20 }), (lines) => commitList(commits(lines)), refuse);
  show(find("#denied"), () => invoke("word_count", { file: "README.md" }), (text) => [
    element("p", { class: "allowed" }, element("span", { class: "badge" }, "Allowed"), " The policy lets this window count now."),
    element("pre", {}, text),
  ], refuse);
}

showAll();
watchGeneration(showAll);
