// The manifest's JSON Schema under a validator that is not Portcullis's own: editors use others, too.
//
// `PORTCULLIS` names the program to compare with.

import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { manifests, mutations, parse, read } from "./manifests.js";

// Branches of `oneOf`, `if` and `else` leave types and descriptions to the keywords beside them.
const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
// What editors read and validators pass over.
ajv.addVocabulary(["defaultSnippets"]);
const accepts = ajv.compile(JSON.parse(read("schema/gateway.schema.json")));

const valid = ["tests/manifests/valid", "tests/manifests/warning", "tests/manifests/start", "config"].flatMap(manifests);
const invalid = manifests("tests/manifests/invalid");

/** Codes of faults that a schema can tell. */
const structural = ["unknown-key", "missing-key", "wrong-type"];

/**
 * What `portcullis validate` says about each text, in one run: the codes of its errors.
 *
 * @param {string[]} texts
 * @returns {string[][]}
 */
function portcullis(texts) {
  const program = process.env["PORTCULLIS"];
  assert.ok(program, "PORTCULLIS names the program, as in `./dev test`");
  const folder = mkdtempSync(join(tmpdir(), "portcullis-"));
  try {
    const names = texts.map((text, index) => {
      const name = `${index}.yaml`;
      writeFileSync(join(folder, name), text);
      return name;
    });
    const run = spawnSync(program, ["validate", "--format", "json", ...names], { cwd: folder, maxBuffer: 1 << 30 });
    assert.ok(run.status === 0 || run.status === 1, run.error?.message ?? run.stderr.toString());
    /** @type {{ files: string[], diagnostics: { file: string, severity: string, code: string }[] }} */
    const report = JSON.parse(run.stdout.toString());
    assert.deepEqual(report.files, names);
    /** @type {Map<string, string[]>} */
    const codes = new Map(names.map((name) => [name, []]));
    for (const { file, severity, code } of report.diagnostics) {
      if (severity === "error") codes.get(file)?.push(code);
    }
    return [...codes.values()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every manifest that may run fits the schema", (t) => {
  for (const { name, text } of valid) {
    const parsed = parse(text);
    assert.ok(parsed, `${name} is no YAML 1.2`);
    assert.ok(accepts(parsed.value), `${name}: ${ajv.errorsText(accepts.errors)}`);
  }
  t.diagnostic(`${valid.length} manifests fit`);
});

test("what the schema refuses, the program refuses", (t) => {
  const samples = [...invalid, ...mutations(valid)];
  const codes = portcullis(samples.map(({ text }) => text));
  const counts = { accepted: 0, refused: 0, unreadable: 0 };
  samples.forEach(({ name, text }, index) => {
    const parsed = parse(text);
    const found = codes[index] ?? [];
    const about = `${name}: ${ajv.errorsText(accepts.errors)}: ${found.join(", ")}\n${text}`;
    if (parsed === undefined) {
      counts.unreadable += 1;
      assert.notDeepEqual(found, [], about);
    } else if (accepts(parsed.value)) {
      counts.accepted += 1;
      // What a profile makes of a manifest is known only once it is put over it.
      if (typeof parsed.value === "object" && parsed.value !== null && "profiles" in parsed.value) return;
      assert.ok(!found.some((code) => structural.includes(code)), `the schema lets pass ${about}`);
    } else {
      counts.refused += 1;
      assert.notDeepEqual(found, [], `the program lets pass ${about}`);
    }
  });
  assert.ok(counts.refused > 1000 && counts.accepted > 500, JSON.stringify(counts));
  t.diagnostic(`${samples.length} manifests: ${JSON.stringify(counts)}`);
});
