// driver.mjs SERVER [DIRECTORY]: Chromium, a page of another origin that uses SERVER (client.mjs), and the page that SERVER itself shows to people.
// A line of JSON for each test: [name, what is wrong or null]. DIRECTORY: where pictures of the page go.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const [server, pictures] = process.argv.slice(2);
const say = (name, wrong) => console.log(JSON.stringify([name, wrong]));
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

async function test(name, f) {
	try { say(name, await f() ?? null); } catch (e) { say(name, String(e.message).slice(0, 1500)); }
}

// The origin of the client: localhost, which is secure enough for WebCrypto.
function serve() {
	const types = { '/': ['page.html', 'text/html'], '/client.mjs': ['client.mjs', 'text/javascript'] };
	const s = createServer(async (q, r) => {
		const found = types[q.url];
		if (!found) return r.writeHead(404).end();
		r.writeHead(200, { 'Content-Type': found[1] }).end(await readFile(new URL(found[0], import.meta.url)));
	});
	return new Promise((done) => s.listen(0, 'localhost', () => done(s)));
}

async function preflights(page, cdp) {
	const seen = [];
	await cdp.send('Network.enable');
	cdp.on('Network.requestWillBeSent', (e) => { if (e.request.method === 'OPTIONS') seen.push(`${e.request.method} ${new URL(e.request.url).pathname}`); });
	const ask = (...a) => page.evaluate((all) => window.ask(...all), [server, ...a]);
	const statuses = [];
	for (let i = 0; i < 3; i++) statuses.push(await ask('PUT', '/p2core/keypackage_lr', { token: 'x', body: [] }));
	if (statuses.join() !== '401,401,401') return `statuses ${statuses}`;
	return seen.join() === 'OPTIONS /p2core/keypackage_lr' ? null : `three requests to one route sent these preflights: ${seen}`;
}

// --- The page for people ---

// Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3).
function pale() {
	const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const read = (text) => text.match(/[\d.]+/g).map(Number);
	const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = read(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const out = [];
	for (const e of document.querySelectorAll('body *')) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
		const a = luminance(read(getComputedStyle(e).color)), b = luminance(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) out.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}: ${e.textContent.slice(0, 40)}`);
	}
	return out;
}

async function people(browser, width, height, colorScheme) {
	const context = await browser.newContext({ viewport: { width, height }, colorScheme, javaScriptEnabled: true });
	const page = await context.newPage(), complaints = [], asked = [];
	page.on('console', (m) => complaints.push(m.text()));
	page.on('request', (q) => asked.push(q.url()));
	try {
		const r = await page.goto(`${server}/`);
		if (r.status() !== 200) return `status ${r.status()}`;
		if (pictures) await page.screenshot({ path: `${pictures}/${width}-${colorScheme}.png`, fullPage: true });
		const got = await page.evaluate(() => ({
			wide: document.documentElement.scrollWidth - innerWidth, dark: getComputedStyle(document.body).backgroundColor,
			routes: document.querySelectorAll('section[aria-labelledby=api] .routes li').length, small: [...document.querySelectorAll('body *')].filter((e) => parseFloat(getComputedStyle(e).fontSize) < 12).length,
			text: document.body.innerText }));
		const pales = await page.evaluate(pale), inTheDark = Math.max(...got.dark.match(/\d+/g).map(Number)) < 80;
		if (complaints.length) return `the browser complains: ${complaints}`;
		if (asked.length > 1 && asked.some((u) => !u.endsWith('/favicon.ico') && u !== `${server}/`)) return `it fetches ${asked}`;
		if (got.wide > 0) return `${got.wide} pixels are beyond the edge`;
		if (pales.length) return `too pale: ${pales.join('; ')}`;
		if (inTheDark !== (colorScheme === 'dark')) return `its background is ${got.dark}`;
		if (got.small) return `${got.small} elements are smaller than 12 pixels`;
		const described = (await (await fetch(`${server}/.p2/openapi.json`)).json()).paths, n = Object.values(described).flatMap(Object.keys).length;
		return got.routes === n && got.text.includes('SHA') ? null : `${got.routes} routes, ${n} are described`;
	} finally {
		await context.close();
	}
}

const site = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
try {
	const page = await (await browser.newContext()).newPage();
	await page.goto(`http://localhost:${site.address().port}/`);
	await page.waitForFunction(() => window.run);
	for (const [name, wrong] of await page.evaluate((s) => window.run(s), server)) say(`of another origin: ${name}`, wrong);
	await test('of another origin: one preflight is good for many requests', async () => preflights(page, await page.context().newCDPSession(page)));
	for (const [width, height] of [[390, 844], [1280, 900]])
		for (const scheme of ['light', 'dark'])
			await test(`the page for people, ${width}x${height}, ${scheme}`, () => people(browser, width, height, scheme));
} finally {
	await browser.close();
	site.close();
}
