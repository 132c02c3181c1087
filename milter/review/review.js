// What the page does better with a script; without it everything works all the same.
// Keys: j and k walk through the rows, x selects, Enter opens, / searches.
const form = document.querySelector('form.list');
const boxes = form ? [...form.querySelectorAll('input[name=id]')] : [];
const chosen = document.getElementById('chosen');

function tell() {
	const n = boxes.filter(box => box.checked).length;
	if (chosen) chosen.textContent = ` (${n})`;
	if (all) {
		all.checked = n > 0 && n === boxes.length;
		all.indeterminate = n > 0 && n < boxes.length;
	}
}

// a box for all of them, in the head of the column
let all = null;
const head = form && boxes.length > 0 ? form.querySelector('thead th') : null;
if (head) {
	all = document.createElement('input');
	all.type = 'checkbox';
	all.setAttribute('aria-label', 'Select all on this page');
	head.replaceChildren(all);
	all.addEventListener('change', () => {
		for (const box of boxes) box.checked = all.checked;
		tell();
	});
	form.addEventListener('change', tell);
	tell();
}

// how many match the filter
const radio = form ? form.querySelector('input[name=which][value=all]') : null;
if (radio) {
	const count = document.createElement('span');
	radio.parentElement.append(count);
	fetch('/api/count' + location.search)
		.then(answer => answer.ok ? answer.json() : null)
		.then(found => { if (found) count.textContent = ` (${found.count}${found.more ? ' or more' : ''})`; })
		.catch(() => {});
}

// who selects nothing is told before the form goes out
if (form) form.addEventListener('submit', event => {
	if (!form.querySelector('input[name=which][value=chosen]:checked') || boxes.some(box => box.checked)) return;
	event.preventDefault();
	if (chosen) chosen.textContent = ' (none: select a message first)';
	if (boxes.length > 0) boxes[0].focus();
});

document.addEventListener('keydown', event => {
	if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input:not([type=checkbox]), select, textarea')) return;
	const at = boxes.indexOf(document.activeElement);
	if (event.key === 'j' && boxes.length > 0) boxes[Math.min(at + 1, boxes.length - 1)].focus();
	else if (event.key === 'k' && boxes.length > 0) boxes[Math.max(at - 1, 0)].focus();
	else if (event.key === 'x' && at >= 0) { boxes[at].checked = !boxes[at].checked; tell(); }
	else if (event.key === 'Enter' && at >= 0) { event.preventDefault(); boxes[at].closest('tr').querySelector('a').click(); }
	else if (event.key === '/') { event.preventDefault(); document.getElementById('q')?.focus(); }
});
