#!/usr/bin/env node
// KeyPackages by an MLS implementation that is not ours, for the tests of the delivery service.
//
//   client.mjs generate [OPTION VALUE]...   writes one JSON object a line: {"key_package": base64, "ref": hex, "private": {…}}
//     --fid FID              a basic credential with this federation ID, or
//     --cert DER             an X.509 credential: base64 of DER; again for the certificates that follow
//     --suite 1|3            cipher suite (1)
//     --last-resort extension|component    the mark, in either encoding (none)
//     --lifetime SECONDS     from an hour ago to so long from now (30 days); "forever": the library's default
//     --count N              so many (1)
//     --framed yes           as MLSMessage
//     --plain yes            only the base64, one a line
//   client.mjs join                         reads such objects, one a line; their key_package may be what a server gave back
//     adds the member to a new group with the library, joins through the Welcome, sends a message each way; writes "ok" for each
//
// The private key, Ed25519, is in the environment as MLS_KEY: the seed in 64 hex digits, or PKCS#8 in PEM. Needs Node 18.
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

globalThis.crypto ??= webcrypto; // Node 18 has it, but not here

const mls = await import("ts-mls");
const { encodeKeyPackage, decodeKeyPackage, makeKeyPackageRef } = await import("ts-mls/keyPackage.js");

const EXT_APP_DATA_DICTIONARY = 0x0006;
const EXT_LAST_RESORT = 0x000a;
const MARKS = {
  extension: { extensionType: EXT_LAST_RESORT, extensionData: new Uint8Array() },
  component: { extensionType: EXT_APP_DATA_DICTIONARY, extensionData: Uint8Array.from([3, 0, 4, 0]) },
};
const DAY = 86400;

const base64 = (octets) => Buffer.from(octets).toString("base64");
const octets = (text) => new Uint8Array(Buffer.from(text, "base64"));
const utf8 = (text) => new TextEncoder().encode(text);
const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

// --- Keys, suites --------------------------------------------------------------------------------------------------------------------

function keyPair(text) {
  if (!text) throw new Error("MLS_KEY is not set");
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex"); // PKCS#8 around a seed (RFC 8410 7)
  const key = /^[0-9a-f]{64}$/i.test(text.trim())
    ? createPrivateKey({ key: Buffer.concat([prefix, Buffer.from(text.trim(), "hex")]), format: "der", type: "pkcs8" })
    : createPrivateKey(text);
  if (key.asymmetricKeyType !== "ed25519") throw new Error("MLS_KEY is no key of Ed25519");
  const { d } = key.export({ format: "jwk" });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  const raw = (s) => new Uint8Array(Buffer.from(s, "base64url"));
  return { signKey: raw(d), publicKey: raw(x) };
}

function suite(id) {
  const name = Object.keys(mls.ciphersuites).find((n) => mls.ciphersuites[n] === Number(id));
  if (!name) throw new Error(`no suite ${id}`);
  return mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(name));
}

// --- generate ------------------------------------------------------------------------------------------------------------------------

function lifetime(text) {
  if (text === "forever") return mls.defaultLifetime;
  const now = BigInt(Math.floor(Date.now() / 1000));
  return { notBefore: now - 3600n, notAfter: now + BigInt(text ?? 30 * DAY) };
}

function credential(options) {
  if (options.cert.length) return { credentialType: "x509", certificates: options.cert.map(octets) };
  if (!options.fid) throw new Error("one of --fid and --cert is needed");
  return { credentialType: "basic", identity: utf8(options.fid) };
}

function encode(keyPackage, framed) {
  return framed ? mls.encodeMlsMessage({ keyPackage, wireformat: "mls_key_package", version: "mls10" }) : encodeKeyPackage(keyPackage);
}

async function one(options, keys, impl) {
  const mark = options["last-resort"] ? [MARKS[options["last-resort"]]] : [];
  const capabilities = mls.defaultCapabilities();
  capabilities.extensions.push(...mark.map((m) => m.extensionType));
  const made = await mls.generateKeyPackageWithKey(credential(options), capabilities, lifetime(options.lifetime), mark, keys, impl);
  const { initPrivateKey, hpkePrivateKey } = made.privatePackage;
  return {
    key_package: base64(encode(made.publicPackage, options.framed)),
    ref: Buffer.from(await makeKeyPackageRef(made.publicPackage, impl.hash)).toString("hex"),
    private: { init: base64(initPrivateKey), encryption: base64(hpkePrivateKey) },
  };
}

async function generate(options) {
  const keys = keyPair(process.env.MLS_KEY);
  const impl = await suite(options.suite ?? 1);
  for (let i = 0; i < Number(options.count ?? 1); i++) {
    const made = await one(options, keys, impl);
    console.log(options.plain ? made.key_package : JSON.stringify(made));
  }
}

// --- join ----------------------------------------------------------------------------------------------------------------------------

// All of the octets, bare or framed; which, bytes 2 to 4 tell: the wire format 5 and the version, or a suite and the length of a key.
function decode(bytes) {
  const framed = bytes[2] === 0 && bytes[3] === 5 && bytes[4] === 0;
  const [read, n] = (framed ? mls.decodeMlsMessage : decodeKeyPackage)(bytes, 0) ?? [];
  if (n !== bytes.length) throw new Error("no KeyPackage, or something behind it");
  return framed ? read.keyPackage : read;
}

// Another member, who has a group and adds this KeyPackage to it. Both directions of the wire are encoded and decoded.
async function added(keyPackage, impl) {
  const who = { credentialType: "basic", identity: utf8("another@example.org") };
  const adder = await mls.generateKeyPackage(who, mls.defaultCapabilities(), mls.defaultLifetime, [], impl);
  const group = await mls.createGroup(utf8("a group"), adder.publicPackage, adder.privatePackage, [], impl);
  const proposal = { proposalType: "add", add: { keyPackage } };
  const { newState, welcome } = await mls.createCommit({ state: group, cipherSuite: impl }, { extraProposals: [proposal] });
  const wire = mls.encodeMlsMessage({ welcome, wireformat: "mls_welcome", version: "mls10" });
  return { state: newState, welcome: mls.decodeMlsMessage(wire, 0)[0].welcome };
}

async function say(from, to, text, impl) {
  const sent = await mls.createApplicationMessage(from, utf8(text), impl);
  const got = await mls.processPrivateMessage(to, sent.privateMessage, mls.emptyPskIndex, impl);
  if (got.kind !== "applicationMessage" || !same(got.message, utf8(text))) throw new Error("the message did not arrive");
  return [sent.newState, got.newState];
}

async function join(line, keys) {
  const given = JSON.parse(line);
  const keyPackage = decode(octets(given.key_package));
  const impl = await suite(mls.ciphersuites[keyPackage.cipherSuite]);
  const secrets = {
    initPrivateKey: octets(given.private.init),
    hpkePrivateKey: octets(given.private.encryption),
    signaturePrivateKey: keys.signKey,
  };
  const adder = await added(keyPackage, impl);
  const joined = await mls.joinGroup(adder.welcome, keyPackage, secrets, mls.emptyPskIndex, impl, adder.state.ratchetTree);
  if (!same(joined.keySchedule.epochAuthenticator, adder.state.keySchedule.epochAuthenticator)) throw new Error("two groups");
  const [a, b] = await say(adder.state, joined, "hello", impl);
  await say(b, a, "hello to you", impl);
}

async function joinAll() {
  const keys = keyPair(process.env.MLS_KEY);
  for (const line of readFileSync(0, "utf8").split("\n").filter((l) => l.trim())) {
    await join(line, keys);
    console.log("ok");
  }
}

// --- Arguments -----------------------------------------------------------------------------------------------------------------------

const NAMES = ["fid", "cert", "suite", "last-resort", "lifetime", "count", "framed", "plain"];

function parse(words) {
  const options = { cert: [] };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, "");
    if (!NAMES.includes(name) || words[i + 1] === undefined) throw new Error(`what is ${words[i]}?`);
    if (name === "cert") options.cert.push(words[i + 1]);
    else options[name] = words[i + 1];
  }
  return options;
}

const COMMANDS = { generate, join: joinAll };
const [command, ...words] = process.argv.slice(2);
if (!COMMANDS[command]) {
  console.error("client.mjs generate [OPTION VALUE]... | join");
  process.exit(64);
}
await COMMANDS[command](parse(words));
