#ifndef MOTET_X509_KEY_MATERIAL_DER_H
#define MOTET_X509_KEY_MATERIAL_DER_H
#include "base/cx.h"
/* Encrypted private key material (core 6.5, wire.md 2.3): a SubjectPublicKeyInfo whose BIT STRING
 * holds ciphertext, and the names of the ciphers. */
/* PEM, or base64 of PEM or of DER: does it carry such a structure? ERR_BAD_REQUEST, field
 * "key_data". The text itself is what is stored. */
must_check enum err key_material_der_check(struct cx *, struct str key_data);
/* An AlgorithmIdentifier in DER: its OID with dots. ERR_BAD_REQUEST naming `field`. */
must_check enum err key_material_der_read_oid(
    struct cx *, const char *field, struct blob der, struct str *oid);
/* A dotted OID as AlgorithmIdentifier without parameters. ERR_BAD_REQUEST naming `field`. */
must_check enum err key_material_der_write_oid(
    struct cx *, const char *field, struct str oid, struct blob *der);
/* The AlgorithmIdentifier for "not named": OID 0.0.0, the shortest that the reference client
 * decodes. */
struct blob key_material_der_unnamed(void);
#endif
