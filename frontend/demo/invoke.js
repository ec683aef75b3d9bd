// Calls a command of the gateway. A real app takes this from the npm package, which speaks the same protocol:
//
//   import { invoke } from "@tauri-apps/api/core";

/** Resolves with what the command gives back; rejects with `{ code, message, command }` when the gateway refuses. */
export async function invoke(command, args = {}) {
  const internals = window.__TAURI_INTERNALS__;
  if (!internals) {
    throw { code: "no_gateway", message: "this page was opened outside the gateway", help: "start it with `portcullis run`" };
  }
  return internals.invoke(command, args);
}
