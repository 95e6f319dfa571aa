#ifndef MOTET_API_GENERATION_H
#define MOTET_API_GENERATION_H
#include "http/http.h"
/*
 * The generation of the protocol that a request belongs to; it decides the shape of the answer
 * (protocol.md 1.3). Handlers and renderers get the answer in c->gen; no other file looks at
 * User-Agent.
 */
struct generation {
	const char *name;
	bool strings;	  /* 64-bit integers are JSON strings, not numbers */
	bool spaced;	  /* cacheSignature signs numbers with a space between them */
	bool octets;	  /* serial_number of key material is an array of octets */
	bool keeps_token; /* POST /idcert: the session keeps its token */
};
/*
 * Decide by the base path, User-Agent, the shape of the request, and `by_default`
 * (DEFAULT_GENERATION_… of conf.h), in this order. `q->segs` and `q->path` must be those of
 * http_target(); a request that could not be read belongs to the default generation.
 */
struct generation generation_of(const struct http_req *, int by_default);
#endif
