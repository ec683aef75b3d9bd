// The list of commits, which both windows show.

import { element } from "./dom.js";

const SEPARATOR = "\u001f";

export function commits(lines) {
  return lines.map((line) => {
    const [hash, author, date, ...subject] = line.split(SEPARATOR);
    return { hash, author, date: new Date(date), subject: subject.join(SEPARATOR) };
  });
}

const STEPS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function ago(date, now = Date.now()) {
  const seconds = (now - date.getTime()) / 1000;
  const step = STEPS.find(([, length]) => seconds >= length);
  return step ? relative.format(-Math.floor(seconds / step[1]), step[0]) : "just now";
}

export function commitList(list) {
  return element(
    "ol",
    { class: "commits" },
    ...list.map(({ hash, author, date, subject }) =>
      element(
        "li",
        {},
        element("span", { class: "subject", title: subject }, subject),
        element("code", { class: "hash" }, hash),
        element("span", { class: "author" }, author),
        element("time", { datetime: date.toISOString(), title: date.toLocaleString() }, ago(date)),
      ),
    ),
  );
}
