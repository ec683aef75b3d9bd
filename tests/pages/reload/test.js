// Calls in a loop while the test edits the manifest, until `stop` answers; every answer is kept and reported.
import { invoke } from "/api/core.js";

const answers = [];
let isStopped = false;
while (!isStopped) {
  try {
    answers.push({ ok: await invoke("tick") });
  } catch (error) {
    answers.push({ code: error.code ?? String(error) });
  }
  isStopped = await invoke("stop");
  await new Promise((go) => setTimeout(go, 1));
}
await invoke("report", { document: performance.timeOrigin, answers });
