"use strict";
// SPDX-License-Identifier: Apache-2.0
// Everything here adds to a page that is complete without it: sorting, filtering, words at the pointer, and a choice of colours.

// "1,234", "3.5x" and "-" among numbers: what a cell is sorted by.
function sortKey(cell) {
  const text = cell.trim();
  const value = Number(text.replace(/,/g, "").replace(/(x| ms| us| %)$/, ""));
  return text !== "" && !Number.isNaN(value) ? value : text;
}

const ORDER = ["fwd", "bwd_d", "bwd_w", "train"]; // words that have an order of their own

function compare(a, b) {
  const numbers = (typeof a === "number") - (typeof b === "number");
  if (numbers) return -numbers; // numbers before words
  const places = [ORDER.indexOf(a), ORDER.indexOf(b)];
  if (places[0] >= 0 && places[1] >= 0) return places[0] - places[1];
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

// Turns a header into a button that calls sort(column, descending).
function sortButton(header, column, sort) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = header.textContent;
  header.textContent = "";
  header.append(button);
  button.addEventListener("click", () => {
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of header.parentNode.children) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    sort(column, descending);
  });
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((header, column) => sortButton(header, column, (index, descending) => {
    const keyed = [...body.rows].map((row) => [sortKey(row.cells[index].textContent), row]);
    keyed.sort((a, b) => compare(a[0], b[0]) * (descending ? -1 : 1));
    body.append(...keyed.map((pair) => pair[1]));
  }));
}

function explorer(data, place) {
  const STEP = 200; // rows drawn at a time: thousands would make typing slow
  const column = (name) => data.columns.indexOf(name);
  let rows = data.rows, limit = STEP;
  place.innerHTML = "<div class=filters></div><p class=count role=status></p>" +
    "<div class=scroll tabindex=0 role=region aria-label='All results'><table id=all-results><thead><tr></tr></thead><tbody></tbody></table></div>" +
    "<button type=button id=more>Show more</button>";
  const filters = place.querySelector(".filters"), body = place.querySelector("tbody"), more = place.querySelector("#more");
  const file = column("file"); // named in the rows where there are several
  const numeric = data.columns.map((name, i) => data.rows.some((row) => typeof row[i] === "number"));

  const field = (text, input) => {
    const label = document.createElement("label");
    label.append(text, input);
    filters.append(label);
    for (const event of ["input", "change"]) input.addEventListener(event, () => { limit = STEP; draw(); });
    return input;
  };
  const search = field("any text", Object.assign(document.createElement("input"), { type: "search", id: "search" }));
  const choices = data.filters.map((name) => {
    const select = Object.assign(document.createElement("select"), { id: "filter-" + name });
    const values = [...new Set(data.rows.map((row) => row[column(name)]))].sort(compare);
    select.append(new Option("all", ""), ...values.map((value) => new Option(value)));
    return [column(name), field(name, select)];
  });

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((row) => choices.every(([index, select]) => !select.value || String(row[index]) === select.value) &&
      words.every((word) => row.some((value) => String(value).toLowerCase().includes(word))));
    body.replaceChildren(...shown.slice(0, limit).map((row) => {
      const line = document.createElement("tr");
      row.forEach((value, i) => {
        const cell = line.insertCell();
        if (numeric[i]) cell.className = "n";
        if (data.columns[i] === "line") {
          cell.append(Object.assign(document.createElement("a"), { href: (file < 0 ? data.file : row[file]) + "#L" + value, textContent: "line " + value }));
        } else {
          cell.textContent = value ?? "";
        }
      });
      return line;
    }));
    place.querySelector(".count").textContent = shown.length + " of " + data.rows.length + " rows" + (shown.length > limit ? ", " + limit + " drawn" : "");
    more.hidden = shown.length <= limit;
  }

  data.columns.forEach((name, i) => {
    const header = Object.assign(document.createElement("th"), { textContent: name, scope: "col", className: numeric[i] ? "n" : "" });
    place.querySelector("thead tr").append(header);
    sortButton(header, i, (index, descending) => {
      rows = [...data.rows].sort((a, b) => {
        if (a[index] === null || b[index] === null) return (a[index] === null) - (b[index] === null); // nothing known comes last, always
        return compare(a[index], b[index]) * (descending ? -1 : 1);
      });
      draw();
    });
  });
  more.addEventListener("click", () => { limit += STEP; draw(); });
  draw();
}

const stored = document.getElementById("rows");
if (stored) {
  const data = JSON.parse(stored.textContent);
  data.rows = data.rows.map((row) => row.map((value) => (Array.isArray(value) ? data.words[value[0]] : value)));
  explorer(data, document.getElementById("explorer"));
}

// A cue in words above what is wider than the page.
function cues() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (!box.clientWidth) continue; // behind a caption that is closed
    const wide = box.scrollWidth > box.clientWidth + 1, before = box.previousElementSibling;
    const cue = before && before.classList.contains("more") ? before : null;
    if (wide && !cue) box.before(Object.assign(document.createElement("p"), { className: "more", textContent: "\u2194 wider than the page: scroll sideways" }));
    if (!wide && cue) cue.remove();
  }
}
addEventListener("resize", cues);
addEventListener("toggle", cues, true);
cues();

const tip = document.getElementById("tip");
function showTip(event) {
  const marked = event.target.closest("[data-tip]");
  tip.hidden = !marked;
  if (!marked) return;
  tip.textContent = marked.dataset.tip;
  tip.style.left = Math.max(4, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(4, Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)) + "px";
}
addEventListener("pointermove", showTip);
addEventListener("pointerdown", showTip); // a finger points by touching
addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

// The same words as a list, for who cannot point.
for (const values of document.querySelectorAll("details.values")) {
  values.hidden = false;
  values.addEventListener("toggle", () => {
    values.querySelector("ul").replaceChildren(...[...values.closest("figure").querySelectorAll("[data-tip]")].map((mark) =>
      Object.assign(document.createElement("li"), { textContent: mark.dataset.tip })));
  }, { once: true });
}

const theme = document.getElementById("theme");
function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function nameTheme() { theme.textContent = dark() ? "Light colours" : "Dark colours"; }
theme.hidden = false;
theme.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; nameTheme(); });
nameTheme();
