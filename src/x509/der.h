#ifndef MOTET_X509_DER_H
#define MOTET_X509_DER_H
#include "base/str.h"
/*
 * Reading DER (X.690 10 and 11), strictly: definite and minimal lengths, tag numbers below 31, no
 * octet that is not accounted for. Nothing is allocated and nothing copied: what comes out points
 * into what went in.
 *
 * der_check() looks at the whole of an input before anybody reads it; afterwards the getters walk
 * it. A getter takes one element off the front of *in; it says false, and leaves *in alone, when
 * something else stands there. An input is used up when in.n is 0.
 */
enum { /* whole identifier octets, not tag numbers */
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
enum { DER_DEPTH = 16 };

/*
 * Is this one element in DER, all of it and nothing behind it, nested at most DER_DEPTH deep? NULL
 * when it is, else what is wrong, as "a length is not minimal", and at which octet. Beyond the
 * shape it looks into BOOLEAN, INTEGER, NULL, OBJECT IDENTIFIER and BIT STRING (but not at its
 * padding: the reference client's keyUsage has bits there), and at the order of a SET OF
 * (X.690 11.6).
 */
const char *der_check(struct blob, size_t *at);

struct der {
	uint8_t tag;
	struct blob body, whole; /* the contents; and with identifier and length in front */
};
/* The next element, whatever it is. */
bool der_next(struct blob *in, struct der *);
/* The contents of the next element if it has this tag; and the whole of it. */
bool der_get(struct blob *in, uint8_t tag, struct blob *body);
bool der_get_whole(struct blob *in, uint8_t tag, struct blob *whole);
/* Are the next octets exactly these? For what has only one right encoding. */
bool der_get_literal(struct blob *in, struct blob octets);
/* Do the elements stand in the order of a SET OF? What der_check() asks of sets, for those with an
 * implicit tag. */
bool der_is_set_order(struct blob elements);
/* UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 has them (seconds, Z, no fraction), as seconds
 * since 1970. */
bool der_get_time(struct blob *in, int64_t *t);
/* An OBJECT IDENTIFIER's contents with dots. False: not all of it, as it is longer, or has a number
 * of more than 64 bits. */
bool der_oid_print(struct blob oid, char *buf, size_t size);
/* The same for messages, as far as it goes. Returns buf. */
const char *der_oid_text(struct blob oid, char *buf, size_t size);
#endif
