// The line at the bottom of a window: which generation of the policy answered, asked again and again.

import { describe } from "./rejection.js";
import { element, find } from "./dom.js";
import { invoke } from "./invoke.js";

const EVERY = 2500;

/** Asks now and every few seconds; `onEdit` runs when another generation answers than the last time. */
export function watchGeneration(onEdit) {
  const line = find("#generation");
  const details = find("#details");
  let last;

  async function ask() {
    try {
      const { generation, version, uptime_ms } = await invoke("gateway");
      line.replaceChildren("generation ", element("strong", {}, String(generation)), " of the policy answered");
      line.parentElement.classList.remove("lost");
      details.textContent = `portcullis ${version}, up ${duration(uptime_ms)}`;
      if (last !== undefined && generation !== last) {
        restart(line.parentElement, "changed");
        onEdit?.(generation);
      }
      last = generation;
    } catch (fault) {
      const { code, message } = describe(fault);
      line.replaceChildren(`${code}: ${message.replaceAll("`", "")}`);
      line.parentElement.classList.add("lost");
    }
  }

  ask();
  setInterval(() => document.hidden || ask(), EVERY);
}

function restart(node, animation) {
  node.classList.remove(animation);
  void node.offsetWidth;
  node.classList.add(animation);
}

function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
