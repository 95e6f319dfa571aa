// Registers, logs in, stores key material, fetches it, looks up the ID-Cert and reads an error, with the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import type { paths } from "./motet.js";

declare const process: { env: Record<string, string> };    // node's

const { URL: baseUrl, NAME: actor_name, PASSWORD: password, CSR: csr, KEY_DATA: key_data } = process.env;
const client = createClient<paths>({ baseUrl });

function need(fine: boolean, what: string, got: unknown): asserts fine {
	if (!fine) throw new Error(`${what}: ${JSON.stringify(got)}`);
}

const registered = await client.POST("/.p2/core/v1/register", { body: { actor_name, auth_payload: { password } } });
need(registered.data !== undefined, "register", registered.error);

const trusted = await client.POST("/.p2/core/v1/session/trust", { body: { actor_name, auth_payload: { password }, csr } });
need(trusted.data?.token !== undefined, "log in", trusted.error);
const headers = { Authorization: `Bearer ${trusted.data.token}` };

const stored = await client.POST("/.p2/core/v1/session/keymaterial", { body: { key_data }, headers });
need(stored.response.status === 201, "store", stored.error);

const fetched = await client.GET("/.p2/core/v1/session/keymaterial", { headers });
need(fetched.data?.length === 1 && fetched.data[0].key_data === key_data, "fetch", fetched);

const certs = await client.GET("/.p2/core/v1/idcert/actor/{fid}", { params: { path: { fid: registered.data.fid } } });
need(certs.data?.length === 1 && certs.data[0].idCertPem === trusted.data.id_cert, "look up", certs);

const refused = await client.GET("/.p2/core/v1/sessions");
need(refused.error?.error === "P2CORE_UNAUTHORIZED", "an error", refused);
console.log("ok");
