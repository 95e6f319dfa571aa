#ifndef MOTET_STORE_Q_KEY_MATERIAL_H
#define MOTET_STORE_Q_KEY_MATERIAL_H
#include "db/db.h"
/* Encrypted key material: rows of q_key_material.sql. */
struct key_material {
	int64_t actor_id, serial; /* serial 0: there is none */
	struct str key_data;
	struct blob algorithm; /* p NULL: not named */
	struct str algorithms; /* OIDs between commas; s NULL: not named */
};
/*
 * Nothing was added when missing is not 0 (it is no certificate of the actor's), or when bytes,
 * which the actor would have then, are more than `most`. ERR_CONFLICT: one has key material
 * already; with `again`, and all of them this very one, that is as good as added.
 */
struct key_material_added {
	int64_t missing, bytes;
};
must_check enum err q_key_material_add(struct cx *, int64_t actor_id, const struct key_material *,
    size_t n, int64_t most, bool again, struct key_material_added **);
/* n 0: no such session. serials NULL: all. */
must_check enum err q_key_material_list(struct cx *, struct blob token_hash, const int64_t *serials,
    size_t nserials, struct key_material **, size_t *n);
/* missing: the serials that there is nothing under; if there are any, nothing was deleted. *any:
 * under others of them there is something. */
must_check enum err q_key_material_delete(struct cx *, int64_t actor_id, const int64_t *serials,
    size_t n, int64_t **missing, size_t *nmissing, bool *any);
extern const struct stmt *const q_key_material_stmts[];
#endif
