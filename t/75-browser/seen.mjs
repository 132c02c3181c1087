// Opens bannered HTML in headless Chromium, scripting off, as a mail client shows it, and says for
// each file whether a reader sees the banner:  node seen.mjs CHROMIUM LIST [SCREENSHOTS]
// LIST has a line a file. Prints a line of JSON a file: { file, seen, why }.
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';

const [executablePath, list, shots] = process.argv.slice(2);
const SCREEN = { width: 800, height: 600 };
const BACKGROUND = [0xff, 0xf4, 0xce]; // of the banner
const INK = [0x22, 0x22, 0x22]; // of its letters

// What the page itself knows: boxes of the words, and what is on top of them.
function hits() {
	const banner = document.querySelector('[data-wonted="banner"]');
	if (!banner) return { why: 'it is not in the document' };
	const words = banner.querySelector('b');
	const boxes = [...words.getClientRects()].filter(r => r.width > 1 && r.height > 1);
	if (!boxes.length) return { why: 'its words have no box' };
	let on_top = 0, points = 0;
	for (const box of boxes)
		for (let i = 1; i < 16; i++) {
			const at = document.elementFromPoint(box.left + box.width * i / 16, box.top + box.height / 2);
			points++;
			on_top += !!at && banner.contains(at);
		}
	const { left, top, right, bottom } = boxes[0];
	return { on_top: on_top / points, box: { left, top, right, bottom } };
}

// Decoded pixels: drawn on a canvas of a page of our own.
async function pixels(judge, png) {
	return judge.evaluate(async data => {
		const image = new Image();
		image.src = 'data:image/png;base64,' + data;
		await image.decode();
		const canvas = document.createElement('canvas');
		canvas.width = image.width;
		canvas.height = image.height;
		const context = canvas.getContext('2d');
		context.drawImage(image, 0, 0);
		return [...context.getImageData(0, 0, image.width, image.height).data];
	}, png.toString('base64'));
}

function share(data, color, tolerance) {
	let n = 0;
	for (let i = 0; i < data.length; i += 4)
		n += color.every((c, k) => Math.abs(data[i + k] - c) <= tolerance);
	return n / (data.length / 4);
}

async function look(page, judge, file, scheme) {
	await page.goto('file://' + file, { waitUntil: 'load', timeout: 60000 });
	const found = await page.evaluate(hits);
	if (shots)
		await page.screenshot({ path: path.join(shots, `${path.basename(file)}-${scheme}.png`), timeout: 60000 });
	if (found.why) return { seen: false, why: found.why };
	const { left, top, right, bottom } = found.box;
	if (left < 0 || top < 0 || left > SCREEN.width - 100 || bottom > SCREEN.height)
		return { seen: false, why: `its words are not on the first screen: ${left}, ${top}` };
	if (bottom - top < 10 || right - left < 100)
		return { seen: false, why: `its words are too small: ${right - left} x ${bottom - top}` };
	if (found.on_top < 0.9)
		return { seen: false, why: `something lies on it: ${found.on_top} of it is on top` };
	const clip = { x: Math.round(left), y: Math.round(top),
		width: Math.round(Math.min(right, SCREEN.width) - left), height: Math.round(bottom - top) };
	const data = await pixels(judge, await page.screenshot({ clip, timeout: 60000 }));
	const paper = share(data, BACKGROUND, 24), ink = share(data, INK, 64);
	if (paper < 0.4 || ink < 0.02)
		return { seen: false, why: `its colours are not there: paper ${paper.toFixed(3)}, ink ${ink.toFixed(3)}` };
	return { seen: true, why: '' };
}

const browser = await chromium.launch({ executablePath,
	args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--in-process-gpu'] });
const judge = await browser.newPage();
const context = await browser.newContext({ viewport: SCREEN, javaScriptEnabled: false, offline: true });
const page = await context.newPage();
for (const file of fs.readFileSync(list, 'utf8').split('\n').filter(Boolean))
	for (const colorScheme of ['light', 'dark']) {
		let result;
		await page.emulateMedia({ colorScheme });
		try { result = await look(page, judge, file, colorScheme) } catch (e) { result = { seen: false, why: String(e).slice(0, 200) } }
		console.log(JSON.stringify({ file, colorScheme, ...result }));
	}
await browser.close();
