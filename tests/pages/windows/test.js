// The same page in two windows: each is its own caller.
import { invoke } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

const { label } = window.__TAURI_INTERNALS__.metadata.currentWindow;

test("each window is its own caller", async () => {
  equal(await invoke("caller"), `${label}/${label} at app://localhost`);
  equal(window.__TAURI_INTERNALS__.metadata.currentWebview.label, label);
});

test("each window has its own permissions", async () => {
  const outcome = async (command) => invoke(command).then(() => "ok", ({ code }) => code);
  const expected = label === "main" ? ["ok", "not_allowed"] : ["not_allowed", "ok"];
  equal([await outcome("for_main"), await outcome("for_other")], expected);
});

finish();
