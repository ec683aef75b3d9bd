// The manifests of this repository and small changes of them, for a validator that is not Portcullis's own.

import { readFileSync, readdirSync } from "node:fs";
import { parseDocument, stringify } from "yaml";

/** @typedef {{ name: string, text: string }} Manifest */
/** @typedef {(string | number)[]} Path */

const repository = new URL("../../", import.meta.url);

/** @param {string} path */
export const read = (path) => readFileSync(new URL(path, repository), "utf8");

/**
 * The manifests of a folder of the repository; there is at least one.
 *
 * @param {string} folder
 * @returns {Manifest[]}
 */
export function manifests(folder) {
  const names = readdirSync(new URL(folder + "/", repository)).filter((name) => name.endsWith(".yaml"));
  if (names.length === 0) throw new Error(`no manifest in ${folder}`);
  return names.sort().map((name) => ({ name: `${folder}/${name}`, text: read(`${folder}/${name}`) }));
}

/**
 * What a text says in YAML 1.2, or nothing if it is no such text or uses what a manifest may not.
 *
 * @param {string} text
 */
export function parse(text) {
  const options = /** @type {const} */ ({ version: "1.2", schema: "core", strict: true, uniqueKeys: true, logLevel: "error" });
  const document = parseDocument(text, options);
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return undefined; // An alias.
  }
}

/**
 * Values of every other kind, and awkward ones of the same kind.
 *
 * @param {unknown} old
 */
function replacements(old) {
  const others = [null, true, 0, "text", [], { unknown: 1 }];
  if (typeof old === "number") return [...others, -1, 1.5, 99999999999];
  if (typeof old === "string") return [...others, "", "yes"];
  return Array.isArray(old) ? [...others, ["text"], [[]]] : [...others, {}];
}

/**
 * Every path of a value, the value's own first.
 *
 * @param {unknown} value
 * @returns {Path[]}
 */
function paths(value) {
  if (typeof value !== "object" || value === null) return [[]];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[], ...entries.flatMap(([key, inner]) => paths(inner).map((path) => [key, ...path]))];
}

/**
 * A copy with the value at a path changed; `undefined` removes it.
 *
 * @param {any} value
 * @param {Path} path
 * @param {(old: any) => unknown} change
 * @returns {any}
 */
function changed(value, path, change) {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const inner = changed(value[key], rest, change);
  if (Array.isArray(value)) {
    return inner === undefined ? value.filter((_, index) => index !== key) : value.map((item, index) => (index === key ? inner : item));
  }
  const { [key]: _, ...others } = value;
  return inner === undefined ? others : { ...value, [key]: inner };
}

// Keys below which the author chooses the names.
const isName = [
  ...["origins", "windows", "webviews", "sites", "secrets", "backends", "commands", "plugins", "events", "groups", "permissions"],
  ...["args", "exit", "status", "query", "headers", "profiles"],
];
// Keys below which any JSON may stand, or a schema of it.
const isFree = ["value", "default", "result", "body", "returns", "payload", "channel", "items", "properties", "enum", "const"];

/**
 * The place in the schema that a path leads to, and the kind of value there: names and numbers make no difference.
 *
 * @param {Path} path
 * @param {any} value
 */
function place(path, value) {
  const kind = Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
  const keys = path.map((key, index) => (typeof key === "number" || isName.includes(String(path[index - 1])) ? "*" : key));
  return `${keys.join("/")} ${kind}`;
}

/**
 * Each value replaced by values of every other kind, left out, put in a list, given another key; once for each place.
 *
 * @param {Manifest[]} manifests
 * @returns {Manifest[]}
 */
export function mutations(manifests) {
  /** @type {Set<string>} */
  const seen = new Set();
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const { name, text } of manifests) {
    const original = parse(text)?.value;
    for (const path of paths(original)) {
      if (path.slice(0, -1).some((key) => isFree.includes(String(key)))) continue;
      const old = path.reduce((value, key) => value[key], original);
      const here = place(path, old);
      if (seen.has(here)) continue;
      seen.add(here);
      /** @type {((old: any) => unknown)[]} */
      const changes = [
        ...replacements(old).map((replacement) => () => replacement),
        () => undefined,
        (old) => [old],
        (old) => ({ value: old }),
        (old) => (Array.isArray(old) ? [...old, old[0] ?? "text"] : old),
        (old) => (isMapping(old) ? { ...old, unknown: 1 } : old),
        (old) => (isMapping(old) ? Object.fromEntries(Object.entries(old).map(([key, inner]) => [key + "s", inner])) : old),
      ];
      for (const change of changes) {
        found.set(stringify(changed(original, path, change) ?? null), `${name} at /${path.join("/")}`);
      }
    }
  }
  return [...found].map(([text, name]) => ({ name, text }));
}

/** @param {unknown} value */
const isMapping = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
