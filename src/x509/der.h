#ifndef MOTET_X509_DER_H
#define MOTET_X509_DER_H
#include "base/str.h"
/*
 * Strict reader for DER (X.690 10 and 11): lengths are definite and minimal, tag numbers are below
 * 31, and no octet is left over. The reader allocates and copies nothing: results point into the
 * input.
 *
 * Call der_check() on the whole input first, then take the input apart with the getters. A getter
 * takes one element off the front of *in. If the next element is not the expected one, the getter
 * returns false and leaves *in unchanged. The input is used up when in->n is 0.
 */
enum { /* identifier octets: class, constructed bit and tag number */
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,    /* + n: [n] primitive */
	DER_CONTEXT_OF = 0xa0, /* + n: [n] constructed */
};
enum { DER_DEPTH = 16 }; /* levels of nesting that der_check() allows */

/*
 * Check that the input is exactly one element in DER, nested at most DER_DEPTH deep. Returns NULL,
 * or what is wrong ("a length is not minimal"), and sets *at to the offset of the octet where it is
 * wrong. der_check() also checks the contents of BOOLEAN, INTEGER, NULL, OBJECT IDENTIFIER and BIT
 * STRING, and the order of a SET OF (X.690 11.6). der_check() allows padding bits of a BIT STRING
 * to be set: the reference client sets them in keyUsage.
 */
const char *der_check(struct blob, size_t *at);

struct der {
	uint8_t tag;
	struct blob body, whole; /* the contents; the contents after identifier and length */
};
/* Take the next element, of any tag. */
bool der_next(struct blob *in, struct der *);
/* Take the next element, if it has this tag: the getter returns its contents, or the whole
 * element. */
bool der_get(struct blob *in, uint8_t tag, struct blob *body);
bool der_get_whole(struct blob *in, uint8_t tag, struct blob *whole);
/* Skip the next octets, if they are exactly these: for parts that have only one valid encoding. */
bool der_get_literal(struct blob *in, struct blob octets);
/* Are the elements in the order of a SET OF? der_check() checks this only for sets without an
 * implicit tag. */
bool der_is_set_order(struct blob elements);
/* Read a UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 requires it (with seconds and Z, without a
 * fraction). *t: seconds since 1970. */
bool der_get_time(struct blob *in, int64_t *t);
/* Write the contents of an OBJECT IDENTIFIER as dotted text. False when the text does not fit into
 * buf, or when a number in the OID has more than 64 bits; buf then has the first part. */
bool der_oid_print(struct blob oid, char *buf, size_t size);
/* Write an OBJECT IDENTIFIER as der_oid_print() does, but for messages: as much as fits is written.
 * Returns buf. */
const char *der_oid_text(struct blob oid, char *buf, size_t size);
#endif
