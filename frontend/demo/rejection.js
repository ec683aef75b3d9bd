// Shows a call that did not succeed: the gateway's rejection has a code, a message and, in development, help and a place.

import { element, prose } from "./dom.js";

const DENIALS = new Set(["not_allowed", "unknown_command"]);
/** The command was allowed and its arguments were in order: it ran, or should have. */
const FAILURES = new Set([
  ...["timeout", "program_not_found", "process_failed", "invalid_output", "output_too_large", "invalid_result"],
  ...["sidecar_failed", "sidecar_stopped", "upstream_failed", "upstream_status", "upstream_redirected"],
  ...["internal", "transport_failed", "no_gateway", "error"],
]);

/** The rejection in full. */
export function rejection(fault) {
  const { code, message, help, at } = describe(fault);
  const isDenied = DENIALS.has(code);
  const word = isDenied ? "Denied" : FAILURES.has(code) ? "Failed" : "Refused";
  const row = (name, content) => [element("dt", {}, name), element("dd", {}, ...content)];
  return element(
    "div",
    { class: `rejection ${isDenied ? "denied" : "failed"}` },
    element(
      "p",
      { class: "rejection-head" },
      element("span", { class: "badge" }, word),
      element("code", {}, code),
    ),
    element("p", { class: "rejection-message" }, ...prose(message)),
    element(
      "dl",
      {},
      ...(help ? row(isDenied ? "Why" : "Help", prose(help)) : []),
      ...(at ? row("Where", [element("code", { class: "place" }, at)]) : []),
    ),
  );
}

/** A rejection is an object of the gateway's, or whatever a command's own error is. */
export function describe(fault) {
  if (typeof fault === "object" && fault !== null && "code" in fault) return fault;
  return { code: "error", message: fault instanceof Error ? fault.message : String(fault) };
}
