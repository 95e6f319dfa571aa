#ifndef MOTET_CORE_KEY_MATERIAL_H
#define MOTET_CORE_KEY_MATERIAL_H
#include "store/q_key_material.h"
#include "store/q_session.h"
/* Encrypted private key material: kept and given back byte for byte, one for each ID-Cert of the
 * actor's. */
enum {
	KEY_MATERIAL_ITEMS = 100,    /* in one request */
	KEY_MATERIAL_TOTAL = 4 << 20 /* bytes of one actor: all of it fits one answer */
};
/*
 * Add all or none; an item with serial 0 belongs to the session's own certificate. ERR_TOO_LARGE
 * over keymaterial_max_bytes, or KEY_MATERIAL_TOTAL in all; ERR_NOT_FOUND a serial that is none of
 * the actor's; ERR_CONFLICT one that has its key material already.
 */
must_check enum err key_material_add(
    struct cx *, const struct session *, struct key_material *, size_t n);
/*
 * What there is under the serials (NULL: all). The token is looked up by the same statement:
 * ERR_UNAUTHORIZED. None of the serials has any: ERR_NOT_FOUND, unless all were asked for.
 */
must_check enum err key_material_list(struct cx *, struct blob token_hash, const int64_t *serials,
    size_t nserials, struct key_material **, size_t *n);
/* Delete all or none; ERR_NOT_FOUND names those that there is nothing under. */
must_check enum err key_material_delete(
    struct cx *, const struct session *, const int64_t *serials, size_t n);
#endif
