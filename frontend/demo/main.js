// The main window: a repository's activity, commits, files and disk usage, and one call that is denied.

import { activity, size, usage } from "./chart.js";
import { commitList, commits } from "./log.js";
import { element, find, plural, show } from "./dom.js";
import { invoke } from "./invoke.js";
import { picker } from "./picker.js";
import { rejection } from "./rejection.js";
import { watchGeneration } from "./status.js";

const WEEKS = 12;
const refuse = (fault) => rejection(fault);

/** The same, and the number beside the title, which is no longer so, goes. */
const refuseFor = (note) => (fault) => {
  find(note).textContent = "";
  return rejection(fault);
};

function showHead() {
  const changes = (lines) => lines.filter((line) => !line.startsWith("#")).length;
  const header = (lines, name) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  return show(find("#head"), () => invoke("plugin:git|status"), (lines) => {
    const commit = header(lines, "branch.oid") ?? "";
    const count = changes(lines);
    return [
      element("span", { class: "chip branch" }, header(lines, "branch.head") ?? "no branch"),
      element("code", { class: "chip" }, /^[0-9a-f]+$/.test(commit) ? commit.slice(0, 7) : "no commit yet"),
      element("span", { class: count ? "chip changed" : "chip clean" }, count ? plural(count, "changed path") : "clean"),
    ];
  }, (fault) => element("span", { class: "chip lost", title: fault?.message ?? "" }, fault?.code ?? "error"));
}

function showActivity() {
  return show(find("#activity"), () => invoke("plugin:git|activity", { weeks: WEEKS }), (dates) => {
    const chart = activity(dates, WEEKS);
    find("#activity-total").textContent = `${plural(chart.total, "commit")} in ${WEEKS} weeks`;
    return chart.nodes;
  }, refuseFor("#activity-total"));
}

function showCommits() {
  const author = find("#author").value.trim() || undefined;
  return show(find("#commits"), () => invoke("plugin:git|log", { author }), (lines) => {
    const list = commits(lines);
    find("#commits-total").textContent = list.length === 50 ? "the newest 50" : plural(list.length, "commit");
    if (list.length === 0) return element("p", { class: "empty" }, "No commit has an author like this.");
    return commitList(list);
  }, refuseFor("#commits-total"));
}

function showUsage() {
  return show(find("#usage"), () => invoke("disk_usage"), (lines) => {
    const entries = lines.map((line) => line.split("\t")).map(([kilobytes, path]) => ({ size: Number(kilobytes), path }));
    const total = entries.find((entry) => entry.path === ".")?.size ?? 0;
    find("#usage-total").textContent = size(total);
    const folders = entries.filter((entry) => entry.path !== ".");
    return usage(folders.map((entry) => ({ name: entry.path.replace(/^\.\//, ""), size: entry.size })), total);
  }, refuseFor("#usage-total"));
}

let file;
const setFiles = picker(find("#file"), find("#file-list"), (chosen) => {
  file = chosen;
  showCount();
});

function showCount() {
  return show(find("#count"), () => invoke("word_count", { file }), (text) => {
    const [lines, words, bytes] = text.trim().split(/\s+/).map(Number);
    const numbers = [["lines", lines], ["words", words], ["bytes", bytes]];
    return element(
      "dl",
      { class: "numbers" },
      ...numbers.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value.toLocaleString("en"))),
      ),
    );
  }, refuse);
}

const showInstead = (node) => show(find("#count"), () => node, () => node, refuse);

async function showFiles() {
  let files;
  try {
    files = await invoke("plugin:git|files");
  } catch (fault) {
    return showInstead(rejection(fault));
  }
  setFiles(files);
  find("#files-total").textContent = plural(files.length, "file");
  const first = (pattern) => files.find((name) => pattern.test(name));
  file ??= first(/^readme(\.\w+)?$/i) ?? first(/\.(md|rs|js|py|txt)$/) ?? files[0];
  if (file === undefined) return showInstead(element("p", { class: "empty" }, "git tracks no file here yet."));
  find("#file").value = file;
  await showCount();
}

function tryToPush() {
  return show(find("#push-result"), () => invoke("plugin:git|push"), (lines) => [
    element("p", { class: "allowed" }, element("span", { class: "badge" }, "Allowed"), " The policy lets this window push now."),
    element("pre", {}, lines.join("\n") || "git had nothing to say."),
  ], refuse);
}

function showAll() {
  return Promise.all([showHead(), showActivity(), showCommits(), showUsage(), showFiles()]);
}

let typing;
find("#author").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(showCommits, 250);
});
find("#push").addEventListener("click", tryToPush);
find("#refresh").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  await showAll();
  button.disabled = false;
  button.focus();
});

showAll();
if (new URLSearchParams(location.search).get("show") === "denied") tryToPush();
watchGeneration((generation) => {
  // What a call may do has changed with the edit, so what is on the page is asked for again; a push is not.
  find("#push-result").replaceChildren(
    element("p", { class: "hint" }, `Generation ${generation} is in force now. Press the button to see what it says.`),
  );
  showAll();
});
