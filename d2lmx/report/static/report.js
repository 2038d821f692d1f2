/* The switch between light and dark, sortable tables, search, figures at full size.
   All pages read the same without it. */
'use strict';

const root = document.documentElement;

function remembered(value) {
  try {  // a browser may forbid memory to files
    if (value) localStorage.setItem('d2lmx-theme', value);
    return localStorage.getItem('d2lmx-theme');
  } catch (error) {
    return value;
  }
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme || (prefersDark.matches ? 'dark' : 'light')) === 'dark';
const theme = remembered();
if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

function makeSwitch(button) {
  const show = () => button.setAttribute('aria-pressed', isDark());
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remembered(root.dataset.theme);
    show();
  });
  prefersDark.addEventListener('change', show);
  show();
}

/* ---- sorting */

function keyOf(row, column) {
  const cell = row.cells[column];
  return (cell.dataset.sort ?? cell.textContent).trim();
}

function compare(a, b) {  // numbers first, by value; then words
  const [x, y] = [a, b].map(text => parseFloat(text.replace(/,/g, '')));
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return (x - y) || a.localeCompare(b, 'en', {numeric: true});
}

function sortBy(table, column, sign) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, row => [keyOf(row, column), row]);
  rows.sort(([a], [b]) => a === '' || b === '' ? (a === '') - (b === '') : sign * compare(a, b));
  body.append(...rows.map(([, row]) => row));
}

function makeSortable(table) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const ascending = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      sortBy(table, column, ascending ? 1 : -1);
    });
  });
}

/* ---- search, and states */

function makeSearch(field) {
  const rows = Array.from(document.querySelectorAll('#sections tbody tr'));
  const choices = Array.from(document.querySelectorAll('button[data-state]'));
  const count = document.getElementById('count');
  const nothing = document.getElementById('nothing');

  function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = choices.filter(button => button.getAttribute('aria-pressed') === 'true')
      .map(button => button.dataset.state);
    for (const row of rows) {
      const fits = words.every(word => row.dataset.search.includes(word));
      row.hidden = !fits || (chosen.length > 0 && !chosen.includes(row.dataset.state));
    }
    const shown = rows.filter(row => !row.hidden).length;
    count.textContent = `${shown} of ${rows.length} sections`;
    nothing.hidden = shown > 0;
  }

  document.querySelector('.tools').hidden = false;
  field.addEventListener('input', show);
  for (const button of choices) {
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
      show();
    });
  }
  document.getElementById('clear').addEventListener('click', () => {
    field.value = '';
    choices.forEach(button => button.setAttribute('aria-pressed', 'false'));
    show();
    field.focus();
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    }
  });
  show();
}

/* ---- figures */

function enlarge(image) {
  const dialog = document.createElement('dialog');
  const form = document.createElement('form');
  const button = document.createElement('button');
  form.method = 'dialog';
  button.textContent = 'Close';
  form.append(button);
  const copy = image.cloneNode();
  copy.removeAttribute('width');
  copy.removeAttribute('height');
  dialog.setAttribute('aria-label', image.alt);
  dialog.append(form, copy);
  dialog.addEventListener('click', event => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener('DOMContentLoaded', () => {
  makeSwitch(document.getElementById('theme'));
  document.querySelectorAll('table.sortable').forEach(makeSortable);
  const search = document.getElementById('search');
  if (search) makeSearch(search);
  for (const button of document.querySelectorAll('.enlarge')) {
    button.addEventListener('click', () => enlarge(button.querySelector('img')));
  }
});
