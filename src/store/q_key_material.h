#ifndef MOTET_STORE_Q_KEY_MATERIAL_H
#define MOTET_STORE_Q_KEY_MATERIAL_H
#include "db/db.h"
/* Encrypted key material: the statements of q_key_material.sql. */
struct key_material {
	int64_t actor_id, serial; /* serial 0: the actor has no key material */
	struct str key_data;
	struct blob algorithm; /* p NULL: not given */
	struct str algorithms; /* OIDs, separated by commas; s NULL: not given */
};
/*
 * Nothing was added when `missing` is not 0 (the actor has no certificate with this serial number),
 * or when `bytes`, the actor's total afterwards, is more than `most`. ERR_CONFLICT: a certificate
 * has other key material already. If all items exist already and are identical, this is a repeated
 * request: they count as added.
 */
struct key_material_added {
	int64_t missing, bytes;
};
must_check enum err q_key_material_add(struct cx *, int64_t actor_id, const struct key_material *,
    size_t n, int64_t most, struct key_material_added **);
/* List the key material of the session's actor: that of the certificates `serials`, or (serials
 * NULL) all. n 0: there is no such session. */
must_check enum err q_key_material_list(struct cx *, struct blob token_hash, const int64_t *serials,
    size_t nserials, struct key_material **, size_t *n);
/* Delete key material. *missing: the serial numbers that none of the actor's certificates has; if
 * there are any, nothing was deleted. */
must_check enum err q_key_material_delete(struct cx *, int64_t actor_id, const int64_t *serials,
    size_t n, int64_t **missing, size_t *nmissing);
extern const struct stmt *const q_key_material_stmts[];
#endif
