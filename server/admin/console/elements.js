// What the console's panels are made of: figures and tables, as elements.
'use strict';

const filled = {};  // Table -> its rows, as text.

const byId = (id) => document.getElementById(id);
const shown = (number) => Number.isInteger(number) || number >= 100 ? Math.round(number).toLocaleString('en') : number.toFixed(number >= 10 ? 1 : 2);
const milliseconds = (seconds) => seconds === null ? '–' : shown(seconds * 1000) + ' ms';

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// pairs: [name, text, class].
function figures(pairs) {
  return pairs.map(([name, text, className]) => {
    const pair = element('div');
    pair.append(element('dt', name), element('dd', text, className));
    return pair;
  });
}

// rows: [[text or {text, className}]]. A table that is as it was is left alone: who reads it by a screen reader stays in place.
function fillTable(id, rows, ifNone) {
  const body = byId(id).tBodies[0];
  const now = JSON.stringify([rows, ifNone]);
  if (filled[id] === now) return;
  filled[id] = now;
  if (rows.length === 0) {
    const cell = element('td', ifNone, 'empty');
    cell.colSpan = byId(id).tHead.rows[0].cells.length;
    const row = element('tr');
    row.append(cell);
    return body.replaceChildren(row);
  }
  body.replaceChildren(...rows.map((cells) => {
    const row = element('tr');
    row.append(...cells.map((c) => typeof c === 'object' ? element('td', c.text, c.className) : element('td', c)));
    return row;
  }));
}
