#ifndef MOTET_CORE_KEY_MATERIAL_H
#define MOTET_CORE_KEY_MATERIAL_H
#include "store/q_key_material.h"
#include "store/q_session.h"
/* Encrypted private key material, which is stored and returned unchanged; an ID-Cert has one item
 * at most. */
enum {
	KEY_MATERIAL_ITEMS = 100,    /* the most items in one request */
	KEY_MATERIAL_TOTAL = 4 << 20 /* bytes per actor, so that all of it fits into one response */
};
/*
 * Add all items or none; serial 0 means the session's own certificate. ERR_TOO_LARGE: an item
 * exceeds keymaterial_max_bytes, or all items of the actor exceed KEY_MATERIAL_TOTAL.
 * ERR_NOT_FOUND: the actor has no ID-Cert with one of the serials. ERR_CONFLICT: a serial already
 * has other key material. A request that is repeated gets OK again.
 */
must_check enum err key_material_add(
    struct cx *, const struct session *, struct key_material *, size_t n);
/*
 * List the key material of these serials (NULL: of all). The same statement looks up the session
 * token; ERR_UNAUTHORIZED: the token belongs to no session. ERR_NOT_FOUND: none of the given
 * serials has key material.
 */
must_check enum err key_material_list(struct cx *, struct blob token_hash, const int64_t *serials,
    size_t nserials, struct key_material **, size_t *n);
/* Delete the key material of all these serials or of none; ERR_NOT_FOUND names the serials that no
 * ID-Cert of the actor has. A request that is repeated gets OK again. */
must_check enum err key_material_delete(
    struct cx *, const struct session *, const int64_t *serials, size_t n);
#endif
