#ifndef MOTET_X509_KEY_MATERIAL_DER_H
#define MOTET_X509_KEY_MATERIAL_DER_H
#include "base/cx.h"
/* Encrypted private key material (core 6.5, wire.md 2.3): a SubjectPublicKeyInfo with ciphertext in
 * its BIT STRING, and the AlgorithmIdentifiers of ciphers. */
/* Check that key_data is a SubjectPublicKeyInfo with ciphertext, as PEM or as base64 of PEM or DER.
 * The server stores the text as it is. ERR_BAD_REQUEST, field "key_data". */
must_check enum err key_material_der_check(struct cx *, struct str key_data);
/* Read an AlgorithmIdentifier; *oid: dotted text, in the arena. ERR_BAD_REQUEST, field `field`. */
must_check enum err key_material_der_read_oid(
    struct cx *, const char *field, struct blob der, struct str *oid);
/* Read the OID of the AlgorithmIdentifier inside of key_data, which must have passed
 * key_material_der_check(). */
must_check enum err key_material_der_read_own_oid(
    struct cx *, struct str key_data, struct str *oid);
/* Write a dotted OID as an AlgorithmIdentifier without parameters, in the arena. ERR_BAD_REQUEST,
 * field `field`. */
must_check enum err key_material_der_write_oid(
    struct cx *, const char *field, struct str oid, struct blob *der);
/* Return the AlgorithmIdentifier of a cipher that the client did not name: OID 0.0.0, the shortest
 * that the reference client decodes. */
struct blob key_material_der_unnamed(void);
#endif
