#include "../tap.h"
#include "x509/key_material_der.h"
#include "x509_make.h"

static const struct {
	const char *hex, *why; /* why NULL: the DER is accepted */
} rows[] = {
	{ "0500", NULL },
	{ "020100", NULL },
	{ "02020080", NULL },
	{ "0202ff7f", NULL },
	{ "0101ff", NULL },
	{ "010100", NULL },
	{ "3000", NULL },
	{ "30020500", NULL },
	{ "03020504", NULL },
	{ "030100", NULL },
	{ "06032b6570", NULL },
	{ "a000", NULL },
	{ "8000", NULL },
	{ "31050201050500", NULL },
	{ "3106020105020106", NULL },
	{ "0603550405", NULL },
	{ "", "ends inside" },
	{ "05", "ends inside" },
	{ "0501", "past the end" },
	{ "3003020100"
	  "00",
	    "follows" },
	{ "05000500", "follows" },
	{ "05810000", "not minimal" },
	{ "0481020000", "not minimal" },
	{ "048200020000", "not minimal" },
	{ "3080"
	  "0500"
	  "0000",
	    "indefinite" },
	{ "2480"
	  "0000",
	    "indefinite" },
	{ "0485000000000100", "past the end" },
	{ "04ff", "past the end" },
	{ "3003020200", "past the end" },
	{ "30030201", "past the end" },
	{ "1f0100", "tag number" },
	{ "bf8101"
	  "00",
	    "tag number" },
	{ "0000", "not allowed in DER" },
	{ "1000", "not allowed in DER" },
	{ "1100", "not allowed in DER" },
	{ "2400", "constructed" },
	{ "2c00", "constructed" },
	{ "0100", "BOOLEAN" },
	{ "010101", "BOOLEAN" },
	{ "0102ffff", "BOOLEAN" },
	{ "0200", "INTEGER" },
	{ "02020001", "INTEGER" },
	{ "0202ff80", "INTEGER" },
	{ "02020000", "INTEGER" },
	{ "0300", "BIT STRING" },
	{ "030108", "BIT STRING" },
	{ "030101", "BIT STRING" },
	{ "03020880", "BIT STRING" },
	{ "050100", "NULL" },
	{ "0600", "OBJECT" },
	{ "06012b80", "follows" },
	{ "06022b80", "OBJECT" },
	{ "06032b8001", "OBJECT" },
	{ "3106020106020105", "SET" },
	{ "31050500020105", "SET" },
};

static void checks(struct arena *mem)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at;
		const char *why = der_check(unhex(mem, rows[i].hex), &at);
		ok(rows[i].why ? why && strstr(why, rows[i].why) : why == NULL, "%s: %s",
		    rows[i].hex, why ? why : "DER");
	}
}

static void depth(struct arena *mem)
{
	for (int n = DER_DEPTH - 1; n <= 4000; n = n < DER_DEPTH + 1 ? n + 1 : n + 1992) {
		struct blob b = unhex(mem, "0500");
		size_t at;
		for (int i = 1; i < n; i++)
			b = derw(mem, DER_SEQUENCE, b);
		ok((der_check(b, &at) == NULL) == (n <= DER_DEPTH), "%d levels", n);
	}
}

static void offsets(struct arena *mem)
{
	size_t at = 0;

	der_check(unhex(mem,
		      "3007020100"
		      "30020000"),
	    &at);
	ok(at == 7, "the offset of a fault is right: octet %zu", at);
	der_check(unhex(mem, "050000"), &at);
	ok(at == 2, "so is that of trailing octets: octet %zu", at);
}

static const struct {
	const char *hex;
	bool good;
	int64_t t;
} times[] = {
	{ "170d3233313131343232313332305a", true, 1700000000 },
	{ "170d3730303130313030303030305a", true, 0 },
	{ "170d3439313233313233353935395a", true, 2524607999 },
	{ "170d3530303130313030303030305a", true, -631152000 },
	{ "180f32303530303130313030303030305a", true, 2524608000 },
	{ "180f39393939313233313233353935395a", true, 253402300799 },
	{ "180f32303233313131343232313332305a", true, 1700000000 },
	{ "170d3234303232393030303030305a", true, 1709164800 },
	{ "170d3233303232393030303030305a", false, 0 },
	{ "170d3233313331343232313332305a", false, 0 },
	{ "170d3233303031343232313332305a", false, 0 },
	{ "170d3233313131343234313332305a", false, 0 },
	{ "170d3233313131343232363032305a", false, 0 },
	{ "170d3233313131343232313336305a", false, 0 },
	{ "170d323331313134323231333230"
	  "7a",
	    false, 0 },
	{ "170b323331313134323231335a", false, 0 },
	{ "17113233313131343232313332302b30303030", false, 0 },
	{ "181132303233313131343232313332302e305a", false, 0 },
	{ "170d3233313131342032313332305a", false, 0 },
	{ "130d3233313131343232313332305a", false, 0 },
	{ "180d3233313131343232313332305a", false, 0 },
	{ "170f32303530303130313030303030305a", false, 0 },
};

static void moments(struct arena *mem)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		struct blob in = unhex(mem, times[i].hex), was = in;
		int64_t t = 0;
		bool good = der_get_time(&in, &t);
		ok(good == times[i].good && t == times[i].t && in.n == (good ? 0 : was.n),
		    "time %s: %lld", times[i].hex, (long long)t);
	}
}

/* The reader reads back what the writer writes. */
static void round_trip(struct arena *mem)
{
	static const int64_t when[] = { 0, 1, 951782400, 1700000000, 2524607999, 2524608000,
		4102444800, 253402300799 };
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536 };
	struct blob b, body;
	size_t at;
	int64_t t;

	for (size_t i = 0; i < COUNT(when); i++) {
		bool wrote = derw_time(mem, when[i], &b);
		ok(wrote && b.p[0] == (when[i] < 2524608000 ? 0x17 : 0x18) &&
			der_check(b, &at) == NULL && der_get_time(&b, &t) && t == when[i],
		    "time %lld", (long long)when[i]);
	}
	ok(!derw_time(mem, -1, &b) && !derw_time(mem, 253402300800, &b) &&
		!derw_time(mem, INT64_MAX, &b),
	    "times outside 1970 to 9999 are refused");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		b = derw(
		    mem, DER_OCTET_STRING, (struct blob){ arena_alloc(mem, sizes[i]), sizes[i] });
		ok(der_check(b, &at) == NULL && der_get(&b, DER_OCTET_STRING, &body) &&
			body.n == sizes[i],
		    "%zu octets", sizes[i]);
	}
	int odd = 0;
	for (int i = 0; i < 64; i++) {
		uint64_t v = UINT64_C(1) << i, back = 0;
		b = derw_integer(mem, v);
		odd += der_check(b, &at) != NULL || !der_get(&b, DER_INTEGER, &body) ||
		    body.p[0] >= 0x80;
		for (size_t k = 0; k < body.n; k++)
			back = back << 8 | body.p[k];
		odd += back != v;
	}
	ok(odd == 0, "every power of two, N = 64");
}

/* The reader returns false for numbers of more than 64 bits and for texts that do not fit. */
static void oids(struct arena *mem)
{
	static const struct {
		const char *oid, *want;
		size_t size;
	} ids[] = {
		{ "2b6570", "1.3.101.112", 12 },
		{ "2b6570", NULL, 11 },
		{ "2b81ffffffffffffffff7f", "1.3.18446744073709551615", 64 },
		{ "2b82808080808080808000", NULL, 64 },
		{ "2bffffffffffffffffff7f", NULL, 64 },
		{ "82808080808080808000", NULL, 64 },
		{ "81ffffffffffffffff7f", "2.18446744073709551535", 64 },
	};
	char text[64];

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		bool whole = der_oid_print(unhex(mem, ids[i].oid), text, ids[i].size);
		ok(whole == (ids[i].want != NULL) && (!whole || strcmp(text, ids[i].want) == 0),
		    "OID %s in %zu: %s", ids[i].oid, ids[i].size, whole ? text : "refused");
	}
}

/* A truncated OID is not accepted as an algorithm: two different ones could look the same. */
static void algorithms(struct arena *mem)
{
	struct cx cx = { .mem = mem };
	struct str oid;

	ok(key_material_der_read_oid(&cx, "a", unhex(mem, "300506032b6570"), &oid) == OK &&
		str_is(oid, "1.3.101.112"),
	    "an algorithm has a name");
	ok(key_material_der_read_oid(
	       &cx, "a", unhex(mem, "300d060b2b82808080808080808001"), &oid) == ERR_BAD_REQUEST,
	    "%s", cx.why.say);
}

static void getters(struct arena *mem)
{
	struct blob in = unhex(mem, "0500020105"), out;
	char text[64], tiny[6];

	ok(!der_get(&in, DER_INTEGER, &out) && in.n == 5, "another tag leaves the input alone");
	ok(der_get(&in, DER_NULL, &out) && out.n == 0 && in.n == 3, "an element is taken off");
	ok(!der_get_literal(&in, unhex(mem, "020106")) && in.n == 3,
	    "other octets leave the input alone");
	ok(!der_get_literal(&in, unhex(mem, "02010500")),
	    "a literal longer than the input is refused");
	ok(der_get_literal(&in, unhex(mem, "020105")) && in.n == 0,
	    "the same octets are taken off");
	ok(!der_get(&in, DER_NULL, &out), "nothing is left");
	ok(strcmp(der_oid_text(unhex(mem, "0992268993f22c640119"), text, sizeof text),
	       "0.9.2342.19200300.100.1.25") == 0,
	    "OID %s", text);
	ok(strcmp(der_oid_text(unhex(mem, "883703"), text, sizeof text), "2.999.3") == 0, "OID %s",
	    text);
	ok(strcmp(der_oid_text(unhex(mem, "0992268993f22c640119"), tiny, sizeof tiny), "0.9.2") ==
		0,
	    "cut: %s", tiny);
	oids(mem);
	algorithms(mem);
}

int main(void)
{
	struct arena *mem = arena_new(64 << 20);

	checks(mem);
	depth(mem);
	offsets(mem);
	moments(mem);
	round_trip(mem);
	getters(mem);
	arena_free(mem);
	return done();
}
