// A polyproto client in a browser, with nothing but fetch() and WebCrypto: what a page of any origin can do with a home server.

// --- DER ---

const bytes = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]));
const length = (n) => n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
const tlv = (tag, ...content) => { const c = bytes(...content); return bytes([tag], length(c.length), c); };
const utf8 = (s) => new TextEncoder().encode(s);

function oid(dotted) {
	const [a, b, ...rest] = dotted.split('.').map(Number);
	const arc = (v) => { const out = [v & 127]; while (v >>= 7) out.unshift(128 | v & 127); return out; };
	return tlv(6, [a * 40 + b], ...rest.map(arc));
}

// [tag, content, whole] of each element.
function* elements(der) {
	for (let i = 0; i < der.length;) {
		const start = i, tag = der[i++];
		let n = der[i++];
		if (n & 128) { let size = n & 127; n = 0; while (size--) n = n << 8 | der[i++]; }
		yield [tag, der.subarray(i, i + n), der.subarray(start, i += n)];
	}
}

const base64 = (b) => btoa(String.fromCharCode(...b));
const pem = (label, der) => `-----BEGIN ${label}-----\n${base64(der).replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
const unpem = (text) => Uint8Array.from(atob(text.replace(/-----[^-]+-----|\s/g, '')), (c) => c.charCodeAt(0));
const hex = (b) => [...b].map((v) => v.toString(16).padStart(2, '0')).join('');

// --- Keys, requests, certificates ---

const ED25519 = tlv(0x30, oid('1.3.101.112'));
const newKey = () => crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
const sign = async (key, data) => new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, data));
const spki = async (key) => new Uint8Array(await crypto.subtle.exportKey('spki', key.publicKey));

async function csr(key, fid, session) {
	const [name, domain] = fid.split('@');
	const rdn = (kind, tag, text) => tlv(0x31, tlv(0x30, oid(kind), tlv(tag, utf8(text))));
	const subject = tlv(0x30, rdn('0.9.2342.19200300.100.1.44', 12, session), rdn('0.9.2342.19200300.100.1.1', 12, fid),
		...domain.split('.').reverse().map((d) => rdn('0.9.2342.19200300.100.1.25', 22, d)), rdn('2.5.4.3', 12, name));
	const info = tlv(0x30, tlv(2, [0]), subject, await spki(key), tlv(0xa0));
	return pem('CERTIFICATE REQUEST', tlv(0x30, info, ED25519, tlv(3, [0], await sign(key, info))));
}

// What is signed, the signature, and the certified key as SPKI.
function readCert(text) {
	const [[, parts]] = [...elements(unpem(text))];
	const [[, tbs, signed], , [, signature]] = [...elements(parts)];
	const members = [...elements(tbs)];
	return { signed, signature: signature.slice(1), spki: members[6][2], serial: BigInt('0x' + hex(members[1][1])).toString() };
}

async function isBy(cert, issuer) {
	const key = await crypto.subtle.importKey('spki', readCert(issuer).spki, 'Ed25519', false, ['verify']);
	const { signature, signed } = readCert(cert);
	return crypto.subtle.verify('Ed25519', key, signature, signed);
}

// --- The server ---

function need(condition, what) {
	if (!condition) throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}

class Client {
	constructor(server) { this.server = server; }

	async ask(method, path, { body, token, headers = {}, ...more } = {}) {
		if (token) headers = { ...headers, Authorization: `Bearer ${token}` };
		if (body !== undefined) headers = { 'Content-Type': 'application/json', ...headers };
		const r = await fetch(this.server + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), ...more });
		const text = await r.text(), json = (r.headers.get('Content-Type') ?? '').match(/^application\/(problem\+)?json/) && text;
		return { status: r.status, header: (n) => r.headers.get(n), body: json ? JSON.parse(text) : text };
	}

	async wants(status, ...rest) {
		const r = await this.ask(...rest);
		need(r.status === status, `${rest[0]} ${rest[1]}: ${r.status} instead of ${status}: ${JSON.stringify(r.body)}`);
		return r;
	}

	// An error, with its code where a script of another origin can read it.
	async refused(status, code, ...rest) {
		const r = await this.wants(status, ...rest);
		need(r.header('X-P2-Error') === code && r.body.error === code, `${rest[1]}: X-P2-Error ${r.header('X-P2-Error')}, ${JSON.stringify(r.body)}, not ${code}`);
		return r;
	}
}

async function fails(promise, what) {
	try { await promise; } catch (e) { need(e instanceof TypeError, e.message); return; }
	throw new Error(`${what}: the browser has let it through`);
}

// --- The tests: one after the other, each with what those before have left in `w` ---

const password = 'correct horse battery staple';
const trust = async (w, key, session) => ({ actor_name: w.fid, csr: await csr(key, w.fid, session), auth_payload: { password } });
const V1 = '/.p2/core/v1';

const tests = {
	async 'the server says where its API is'({ c, server }) {
		const r = await c.wants(200, 'GET', '/.well-known/polyproto-core');
		need(r.body.api === `${server}/.p2/core/` && r.header('ETag') && r.header('X-Request-Id'), r.body);
		await c.wants(304, 'GET', '/.well-known/polyproto-core', { headers: { 'If-None-Match': r.header('ETag') } });
	},
	async 'an actor registers'(w) {
		w.name = `web-${crypto.randomUUID().slice(0, 8)}`;
		const body = { actor_name: w.name, auth_payload: { password } };
		w.fid = (await w.c.wants(201, 'POST', `${V1}/register`, { body })).body.fid;
		need(w.fid.startsWith(`${w.name}@`), w.fid);
		await w.c.wants(201, 'POST', `${V1}/register`, { body });
		await w.c.refused(409, 'P2CORE_FEDERATION_ID_TAKEN', 'POST', `${V1}/register`,
			{ body: { ...body, auth_payload: { password: `${password}!` } } });
	},
	async 'a key of WebCrypto gets an ID-Cert'(w) {
		w.key = await newKey();
		const { id_cert, token } = (await w.c.wants(201, 'POST', `${V1}/session/trust`, { body: await trust(w, w.key, 'browser') })).body;
		Object.assign(w, { cert: id_cert, token });
		need(hex(readCert(id_cert).spki) === hex(await spki(w.key)), 'another key was certified');
	},
	async 'the ID-Cert is by the server, and public'(w) {
		w.issuer = (await w.c.wants(200, 'GET', `${V1}/idcert/server`)).body.idCertPem;
		need(await isBy(w.issuer, w.issuer) && await isBy(w.cert, w.issuer), 'a signature is wrong');
		const found = (await w.c.wants(200, 'GET', `${V1}/idcert/actor/${w.fid}`)).body;
		need(found.length === 1 && found[0].idCertPem === w.cert, found);
	},
	async 'a wrong password is told as such'(w) {
		const body = { ...await trust(w, await newKey(), 'other'), auth_payload: { password: 'wrong' } };
		const r = await w.c.refused(401, 'P2CORE_BAD_CREDENTIALS', 'POST', `${V1}/session/trust`, { body });
		need(r.header('WWW-Authenticate')?.startsWith('Bearer'), 'no WWW-Authenticate');
	},
	async 'encrypted key material goes up and comes back'(w) {
		const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']), iv = crypto.getRandomValues(new Uint8Array(12));
		const secret = crypto.getRandomValues(new Uint8Array(48));
		const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, secret));
		const algorithm = tlv(0x30, oid('2.16.840.1.101.3.4.1.46'), tlv(0x30, tlv(4, iv), tlv(2, [16])));
		const key_data = pem('PUBLIC KEY', tlv(0x30, algorithm, tlv(3, [0], sealed)));
		await w.c.wants(201, 'POST', `${V1}/session/keymaterial`, { token: w.token, body: { key_data } });
		await w.c.wants(201, 'POST', `${V1}/session/keymaterial`, { token: w.token, body: { key_data } });
		const other = pem('PUBLIC KEY', tlv(0x30, algorithm, tlv(3, [0], sealed.map((x) => x ^ 1))));
		const taken = await w.c.wants(409, 'POST', `${V1}/session/keymaterial`, { token: w.token, body: { key_data: other } });
		need(taken.header('X-P2-Error') === 'P2CORE_CONFLICT' && taken.body === '', taken.body);
		const [back] = (await w.c.wants(200, 'GET', `${V1}/session/keymaterial?serials=${readCert(w.cert).serial}`, { token: w.token })).body;
		need(back.key_data === key_data && back.serial_number === readCert(w.cert).serial, back);
		const [[, outer]] = [...elements(unpem(back.key_data))], [, [, bits]] = [...elements(outer)];
		const open = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bits.slice(1)));
		need(hex(open) === hex(secret), 'it does not open');
	},
	async 'the largest upload is told in a header, to OPTIONS as well'({ c }) {
		const size = await c.wants(200, 'GET', `${V1}/session/keymaterial/size`), options = await c.wants(200, 'OPTIONS', `${V1}/session/keymaterial`);
		need(size.body > 0 && size.header('X-Max-Payload-Size') === String(size.body), size.body);
		need(options.header('X-Max-Payload-Size') === String(size.body) && options.header('Allow').includes('DELETE'), options.header('Allow'));
	},
	async 'the key is rotated; the old token ends'(w) {
		const next = await newKey(), before = w.token;
		const { id_cert, token } = (await w.c.wants(201, 'POST', `${V1}/session/idcert`, { token: before, body: { csr: await csr(next, w.fid, 'browser') } })).body;
		need(await isBy(id_cert, w.issuer) && hex(readCert(id_cert).spki) === hex(await spki(next)), 'not the new key');
		Object.assign(w, { key: next, cert: id_cert, token, first: readCert(w.cert).serial });
		const r = await w.c.refused(401, 'P2CORE_UNAUTHORIZED', 'GET', `${V1}/events`, { token: before });
		need(r.header('WWW-Authenticate')?.includes('invalid_token'), r.header('WWW-Authenticate'));
	},
	async 'a sensitive action needs the password, and takes it from a header'(w) {
		const path = `${V1}/session/keymaterial?serials=${w.first}`;
		await w.c.refused(403, 'P2CORE_SENSITIVE_SOLUTION', 'DELETE', path, { token: w.token });
		await w.c.wants(204, 'DELETE', path, { token: w.token, headers: { 'X-P2-Sensitive-Solution': password } });
		const none = await w.c.wants(404, 'GET', path, { token: w.token });
		need(none.header('X-P2-Error') === 'P2CORE_NOT_FOUND', 'no X-P2-Error');
	},
	async 'a signed key trial opens a session'(w) {
		const { challenge } = (await w.c.wants(200, 'GET', `${V1}/challenge?fid=${encodeURIComponent(w.fid)}`)).body;
		const signature = hex(await sign(w.key, utf8(challenge)));
		const body = { completed_challenge: { challenge, signature }, id_cert: w.cert };
		w.token = (await w.c.wants(201, 'POST', `${V1}/session/identify`, { body })).body.token;
		await w.c.refused(401, 'P2CORE_KEY_TRIAL_FAILED', 'POST', `${V1}/session/identify`, { body });
	},
	async 'how many tokens were deleted is readable, with and without Prefer'(w) {
		await w.c.wants(201, 'POST', '/p2core/token', { token: w.token, body: { server: w.server } });
		const r = await w.c.wants(200, 'DELETE', '/p2core/token/@me', { token: w.token, headers: { Prefer: 'return=representation' } });
		need(r.body === 1 && r.header('Preference-Applied') === 'return=representation' && r.header('X-P2-Deleted-Count') === '1', r.body);
		need((await w.c.wants(204, 'DELETE', '/p2core/token/@me', { token: w.token })).header('X-P2-Deleted-Count') === '0', 'no count');
	},
	async 'an unknown method says which there are'({ c }) {
		need((await c.refused(405, 'P2CORE_METHOD_NOT_ALLOWED', 'POST', `${V1}/idcert/server`)).header('Allow') === 'GET, HEAD, OPTIONS', 'no Allow');
	},
	async 'logged out is logged out'(w) {
		await w.c.wants(204, 'PUT', `${V1}/session/revoke`, { token: w.token });
		await w.c.refused(401, 'P2CORE_UNAUTHORIZED', 'GET', `${V1}/events`, { token: w.token });
	},
	async 'credentials of the browser get nobody anywhere'({ c }) {
		await fails(c.ask('GET', `${V1}/idcert/server`, { credentials: 'include' }), 'cookies');
	},
	async 'a header that no route knows does not pass the preflight'({ c }) {
		await fails(c.ask('GET', `${V1}/idcert/server`, { headers: { 'X-Other': '1' } }), 'X-Other');
	},
};

// [name, what is wrong or null] of each.
window.run = async (server) => {
	const w = { server, c: new Client(server) }, out = [];
	for (const [name, test] of Object.entries(tests)) {
		try { await test(w); out.push([name, null]); } catch (e) { out.push([name, `${e.name}: ${e.message}`]); }
	}
	return out;
};
window.ask = (server, ...rest) => new Client(server).ask(...rest).then((r) => r.status);
