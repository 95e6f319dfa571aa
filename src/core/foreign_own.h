#ifndef MOTET_CORE_FOREIGN_OWN_H
#define MOTET_CORE_FOREIGN_OWN_H
#include "core/foreign.h"
#include "core/publish.h"
/* The same questions about our own domain: answered from our own tables, in the same form. */
must_check enum err foreign_own_find_server(struct cx *, int64_t at, struct foreign_cert *);
must_check enum err foreign_own_list_certs(
    struct cx *, struct str fid, const struct cert_filter *, struct foreign_cert **, size_t *n);
/* The one with that serial, or ERR_BAD_CERT. */
must_check enum err foreign_own_find(
    struct cx *, struct str fid, struct str serial, struct foreign_cert *);
#endif
