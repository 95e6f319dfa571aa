#ifndef MOTET_CORE_FOREIGN_OWN_H
#define MOTET_CORE_FOREIGN_OWN_H
#include "core/foreign.h"
#include "core/publish.h"
/* The functions of foreign.h for our own domain; they answer from our own tables. */
must_check enum err foreign_own_find_server(struct cx *, int64_t at, struct foreign_cert *);
must_check enum err foreign_own_list_certs(
    struct cx *, struct str fid, const struct cert_filter *, struct foreign_cert **, size_t *n);
/* Find the actor's certificate with that serial. ERR_BAD_CERT: the actor has no such
 * certificate. */
must_check enum err foreign_own_find(
    struct cx *, struct str fid, struct str serial, struct foreign_cert *);
#endif
