// The review page in headless Chromium:  node review.mjs CHROMIUM BASE SCRIPT DIGEST [SCREENSHOTS]
// SCRIPT is "on" or "off", DIGEST a file with the HTML of a summary. Signs in, filters, opens, releases and asks, as reviewer rita and user
// ann; looks at each page with axe. Prints a line of JSON a check: { ok, name, why }.
import { chromium } from 'playwright-core';
import axe from 'axe-core';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const [executablePath, base, script, digest, shots] = process.argv.slice(2);
const on = script === 'on';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const say = (ok, name, why = '') => console.log(JSON.stringify({ ok: !!ok, name, why: String(why).slice(0, 2000) }));
const foreign = [];

async function context(scheme, width) {
	const c = await browser.newContext({ javaScriptEnabled: on, colorScheme: scheme, viewport: { width, height: 900 } });
	c.setDefaultTimeout(20000);
	// nothing of a message may be loaded from anywhere
	await c.route('**/*', route => {
		if (route.request().url().startsWith(base)) return route.continue();
		foreign.push(route.request().url());
		return route.abort();
	});
	return c;
}

// axe runs in a world of its own, so the page's policy is not in its way
async function look(page, name) {
	page.on('dialog', dialog => { say(false, `${name}: no dialog`, dialog.message()); dialog.dismiss(); });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0);
	say(wide <= 0, `${name}: is not wider than the screen`, `${wide} px`);
	if (shots) await page.screenshot({ path: path.join(shots, name.replace(/\W+/g, '-') + '.png'), fullPage: false });
	if (!on) return;
	const session = await page.context().newCDPSession(page);
	const { frameTree } = await session.send('Page.getFrameTree');
	const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
	const run = expression => session.send('Runtime.evaluate', { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
	await run(axe.source + ';0');
	const got = await run('axe.run(document).then(r => JSON.stringify(r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? ""))])))');
	const found = got.result?.value;
	say(found === '[]', `${name}: axe finds nothing`, found ?? JSON.stringify(got.exceptionDetails ?? got));
}

async function login(page, name, password) {
	await page.goto(base + '/');
	await page.fill('#name', name);
	await page.fill('#password', password);
	await page.click('button[name=in]');
	await page.waitForURL(base + '/');
}

// a summary as a mail program shows it, on a telephone too; then its links
for (const [scheme, width] of [['light', 700], ['dark', 360]]) {
	const c = await context(scheme, width);
	const page = await c.newPage();
	await page.setContent(await readFile(digest, 'utf8'));
	await look(page, `summary ${scheme}`);
	say(await page.locator('li').count() === 11, 'the summary names all', await page.locator('li').count());
	say(await page.locator('script, img, iframe, form, svg').count() === 0, 'nothing of a message acts in it');
	await c.close();
}
{
	const c = await context('light', 1000);
	const page = await c.newPage();
	await page.setContent(await readFile(digest, 'utf8'));
	const href = await page.getByRole('link', { name: 'Garden' }).or(page.getByRole('link', { name: 'Our newsletter' })).first().getAttribute('href');
	await page.goto(href);
	await look(page, 'link of a summary');
	await page.click('button[name=open]');
	say((await page.textContent('h1')).includes('Our newsletter'), 'a link opens its message', await page.textContent('h1'));
	await page.getByRole('link', { name: 'Summaries' }).click();
	await look(page, 'summaries');
	await page.check('input[name=every][value=daily]');
	await page.check('input[name=codes]');
	await page.click('button[name=set]');
	say((await page.textContent('main')).includes('once a day, and one-time codes at once'), 'how often is changed', await page.textContent('main'));
	await look(page, 'summaries changed');
	await c.close();
}

const one = await context('light', 1200);
const page = await one.newPage();
await page.goto(base + '/login');
await look(page, 'login');
await page.fill('#name', 'rita');
await page.fill('#password', 'not hers');
await page.click('button[name=in]');
await look(page, 'login refused');
await login(page, 'rita', 'reviewer of one');
await look(page, 'list');
const rows = await page.locator('table.holds tbody tr').count();
say(rows > 5, 'there are rows', rows);
if (on) {
	await page.check('thead input[type=checkbox]');
	say(await page.textContent('#chosen') === ` (${rows})`, 'the script counts what is selected', await page.textContent('#chosen'));
	await page.uncheck('thead input[type=checkbox]');
	await page.keyboard.press('Escape');
	await page.locator('h1').click();
	await page.keyboard.press('j');
	await page.keyboard.press('x');
	say(await page.textContent('#chosen') === ' (1)', 'keys select a row');
	await page.keyboard.press('/');
	say(await page.evaluate(() => document.activeElement.id) === 'q', 'and go to the search');
}
await page.goto(base + '/?q=newsletter');
say(await page.locator('table.holds tbody tr').count() === 1, 'a search leaves one');
await look(page, 'list filtered');
await page.goto(base + '/?q=nothing+like+that');
await look(page, 'list empty');
await page.goto(base + '/?q=invoice');
await page.click('table.holds tbody a');
await look(page, 'message');
say((await page.textContent('main')).includes('Why it is held'), 'reasons are there');
await page.goto(base + '/?q=hostile');
await page.click('table.holds tbody a');
await look(page, 'message hostile');
const own = await page.locator('a:has-text("laid out")').getAttribute('href');
// in its sandbox no script runs, not even axe: the same bytes are looked at in a page without one
const answer = await one.request.get(base + own);
say(/^sandbox; default-src 'none'/.test(answer.headers()['content-security-policy']), 'its own HTML stands in a sandbox');
await page.goto('about:blank');
await page.setContent(await answer.text());
await look(page, 'html');
say(await page.evaluate(() => document.querySelectorAll('script, img, svg, iframe, form, style, link, a').length).catch(() => 0) === 0, 'nothing of a hostile page is left');
await page.goto(base + '/?q=newsletter');
await page.check('tbody input[name=id]');
await page.click('button[value=release]');
await look(page, 'confirm');
await page.fill('#reason', 'it is wanted');
await page.click('button[value=release]');
await page.waitForSelector('.flash');
say((await page.textContent('.flash')).includes('queued as'), 'released, and the reply is shown', await page.textContent('.flash'));
await look(page, 'list with what was done');
await page.goto(base + '/rule/says_invoice');
await look(page, 'rule');

const two = await context('dark', 390);
const hers = await two.newPage();
await login(hers, 'ann', 'user of one');
await look(hers, 'phone list dark');
await hers.goto(base + '/?q=invoice');
await hers.click('table.holds tbody a');
await look(hers, 'phone message dark');
await hers.click('button[value=release]');
await hers.waitForSelector('.flash');
say((await hers.textContent('.flash')).includes('Asked for'), 'what may be dangerous is asked for');
await hers.goto(base + '/history');
await look(hers, 'phone history dark');
await page.goto(base + '/requests');
await look(page, 'requests');
await page.click('.queue button[value=release]');
await page.waitForSelector('.flash');
say((await page.textContent('.flash')).includes('Released: 1'), 'approved');
await page.goto(base + '/history');
await look(page, 'history');
await page.goto(base + '/hold/nothing');
await look(page, 'not found');
const three = await context('dark', 1200);
const dark = await three.newPage();
await login(dark, 'rita', 'reviewer of one');
await look(dark, 'list dark');
await dark.click('table.holds tbody tr:nth-child(2) a');
await look(dark, 'message dark');
await dark.goto(base + '/');
await dark.check('input[value=all]');
await dark.click('button[value=delete]');
await dark.click('button.danger');
await dark.waitForSelector('.flash');
say(/Deleted: \d+/.test(await dark.textContent('.flash')), 'bulk delete', await dark.textContent('.flash'));
say(foreign.length === 0, 'nothing was asked of any other host', foreign.join(' '));
await browser.close();
