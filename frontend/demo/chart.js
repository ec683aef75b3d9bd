// Two small charts, drawn as SVG: the page's security policy allows no styles in the markup, and needs none here.

import { element, plural, shape } from "./dom.js";

const DAY = 86_400_000;
const HEIGHT = 84;
const STEP = 10;
const BAR = 7;

/** Days as `2026-01-31`, in local time, the oldest first. */
function lastDays(count, today = new Date()) {
  const noon = new Date(today.getFullYear(), today.getMonth(), today.getDate(), 12).getTime();
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(noon - (count - 1 - index) * DAY);
    const two = (number) => String(number).padStart(2, "0");
    return { date, key: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` };
  });
}

/** One bar a day. `dates` names the day of every commit. */
export function activity(dates, weeks) {
  const counts = new Map();
  for (const date of dates) counts.set(date, (counts.get(date) ?? 0) + 1);
  const days = lastDays(weeks * 7).map((day) => ({ ...day, count: counts.get(day.key) ?? 0 }));
  const top = Math.max(...days.map((day) => day.count), 1);
  const width = days.length * STEP - (STEP - BAR);
  const long = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
  const short = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

  const bars = days.map(({ date, count }, index) => {
    const height = count === 0 ? 2 : Math.max((count / top) * HEIGHT, 5);
    const x = index * STEP;
    return shape(
      "g",
      { class: "day" },
      shape("title", {}, `${long.format(date)}: ${plural(count, "commit")}`),
      shape("rect", { class: "reach", x: x - 1.5, y: 0, width: STEP, height: HEIGHT }),
      shape("rect", {
        class: count === 0 ? "bar none" : "bar",
        x,
        y: HEIGHT - height,
        width: BAR,
        height,
        rx: count === 0 ? 1 : 2,
      }),
    );
  });
  const busiest = days.reduce((best, day) => (day.count > best.count ? day : best));
  const total = days.reduce((sum, day) => sum + day.count, 0);
  const label =
    total === 0
      ? `No commits in ${weeks} weeks`
      : `${plural(total, "commit")} in ${weeks} weeks, most on ${long.format(busiest.date)}: ${busiest.count}`;
  const axis = element("div", { class: "axis", "aria-hidden": "true" });
  for (let week = 0; week < weeks; week += 3) axis.append(element("span", {}, short.format(days[week * 7].date)));
  axis.append(element("span", {}, "today"));
  return {
    total,
    busiest,
    nodes: [
      shape(
        "svg",
        { class: "activity", viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
        ...bars,
      ),
      axis,
    ],
  };
}

const UNITS = ["KiB", "MiB", "GiB", "TiB"];

export function size(kilobytes) {
  let unit = 0;
  while (kilobytes >= 1024 && unit < UNITS.length - 1) {
    kilobytes /= 1024;
    unit += 1;
  }
  return `${kilobytes >= 100 || unit === 0 ? Math.round(kilobytes) : kilobytes.toFixed(1)} ${UNITS[unit]}`;
}

/** One row a folder, the largest first; what is beyond `rows` is one row together. */
export function usage(folders, total, rows = 5) {
  const sorted = folders.toSorted((a, b) => b.size - a.size);
  const shown = sorted.slice(0, rows);
  const named = shown.reduce((sum, folder) => sum + folder.size, 0);
  if (total - named > 0) shown.push({ name: "everything else", size: total - named, isRest: true });
  const top = Math.max(...shown.map((folder) => folder.size), 1);
  return element(
    "ul",
    { class: "usage" },
    ...shown.map(({ name, size: kilobytes, isRest }) =>
      element(
        "li",
        {},
        element("span", { class: isRest ? "name rest" : "name", title: name }, name),
        shape(
          "svg",
          { class: "track", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
          shape("rect", { class: "groove", width: 100, height: 8 }),
          shape("rect", { class: "bar", width: Math.max((kilobytes / top) * 100, 0.8), height: 8 }),
        ),
        element("span", { class: "number" }, size(kilobytes)),
      ),
    ),
  );
}
