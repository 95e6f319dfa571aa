"""What client.mts does, with the package that openapi-python-client makes."""
import os

from motet import AuthenticatedClient, Client
from motet.api.core import (corev1_get_idcert_actor, corev1_get_session_keymaterial, corev1_get_sessions, corev1_post_register, corev1_post_session_keymaterial,
                            corev1_post_session_trust)
from motet.models import AuthPayload, Error, Grant, KeymaterialBodyObject, Newcomer, RegisterBody, TrustBody

url, name, password, csr, key_data = (os.environ[n] for n in ("URL", "NAME", "PASSWORD", "CSR", "KEY_DATA"))


def need(fine, what, got):
    if not fine:
        raise SystemExit(f"{what}: {got}")


anyone = Client(base_url=url)
registered = corev1_post_register.sync(client=anyone, body=RegisterBody(actor_name=name, auth_payload=Newcomer(password=password)))
need(registered and not isinstance(registered, Error), "register", registered)

trusted = corev1_post_session_trust.sync(client=anyone, body=TrustBody(actor_name=name, auth_payload=AuthPayload(password=password), csr=csr))
need(isinstance(trusted, Grant) and trusted.token, "log in", trusted)
me = AuthenticatedClient(base_url=url, token=trusted.token)

stored = corev1_post_session_keymaterial.sync_detailed(client=me, body=KeymaterialBodyObject(key_data=key_data))
need(stored.status_code == 201, "store", stored)

fetched = corev1_get_session_keymaterial.sync(client=me)
need(isinstance(fetched, list) and [k.key_data for k in fetched] == [key_data], "fetch", fetched)

certs = corev1_get_idcert_actor.sync(client=anyone, fid=registered.fid)
need(isinstance(certs, list) and [c.id_cert_pem for c in certs] == [trusted.id_cert], "look up", certs)

refused = corev1_get_sessions.sync(client=AuthenticatedClient(base_url=url, token="x"))
need(isinstance(refused, Error) and refused.error == "P2CORE_UNAUTHORIZED", "an error", refused)
print("ok")
