#include "../tap.h"
#include "base/clock.h"
#include "crypto/low_priority.h"
#include "crypto/passwd.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cx cx;

/* RFC 7914 12: the three vectors that fit into memory. Then two vectors of the reference
 * implementation of Argon2 (test.c). */
static const struct {
	const char *password, *phc;
} vectors[] = {
	{ "",
	    "$scrypt$ln=4,r=1,p=1$$"
	    "d9ZXYjhleyA7GcpCwYoEl/FrSETjB0ro39"
	    "/6P+3iFEL80Aad7QlI+DJqdToPyB8X6NPg+y4NNijPNeIMONGJBg" },
	{ "password",
	    "$scrypt$ln=10,r=8,p=16$TmFDbA$"
	    "/bq+HJ00cgB4VucZDQHp/nxq18vII3gw5"
	    "3N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA" },
	{ "pleaseletmein",
	    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9l"
	    "RdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw" },
	{ "password",
	    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
	    "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc" },
	{ "password",
	    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$"
	    "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc" },
};

static void known_answers(void)
{
	bool right, rehash;

	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		enum err e = passwd_verify(
		    &cx, str_of(vectors[i].password), str_of(vectors[i].phc), &right, &rehash);
		ok(e == OK && right && rehash, "known answer: %.40s", vectors[i].phc);
		e = passwd_verify(
		    &cx, STR("pleaseletmeout"), str_of(vectors[i].phc), &right, &rehash);
		ok(e == OK && !right && !rehash, "another password is wrong");
	}
}

#define SALT "c2FsdHNhbHRzYWx0c2FsdA"
#define HASH "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"
static const char *const malformed[] = {
	"x",
	"$",
	"$$",
	"$scrypt",
	"$scrypt$",
	"$scrypt$ln=4,r=1,p=1",
	"$scrypt$ln=4,r=1,p=1$" SALT,
	"scrypt$ln=4,r=1,p=1$" SALT "$" HASH,
	"plaintext",
	"$5$rounds=5000$" SALT "$" HASH,
	"$2b$12$" SALT,
	"$bcrypt$ln=4,r=1,p=1$" SALT "$" HASH,
	"$SCRYPT$ln=4,r=1,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1,p=1,x=1$" SALT "$" HASH,
	"$scrypt$r=1,ln=4,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1,p=$" SALT "$" HASH,
	"$scrypt$ln=04,r=1,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=-1,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1,p=1,$" SALT "$" HASH,
	"$scrypt$ln=0,r=1,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=0,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1,p=0$" SALT "$" HASH,
	"$scrypt$v=1$ln=4,r=1,p=1$" SALT "$" HASH,
	/* too costly */
	"$scrypt$ln=17,r=8,p=1$" SALT "$" HASH,
	"$scrypt$ln=16,r=32,p=1$" SALT "$" HASH,
	"$scrypt$ln=63,r=8,p=1$" SALT "$" HASH,
	"$scrypt$ln=64,r=1,p=1$" SALT "$" HASH,
	"$scrypt$ln=4,r=1,p=1000000$" SALT "$" HASH,
	"$scrypt$ln=4,r=1073741824,p=1$" SALT "$" HASH,
	"$scrypt$ln=16,r=9,p=1$" SALT "$" HASH,
	"$scrypt$ln=15,r=16,p=17$" SALT "$" HASH,
	"$scrypt$ln=15,r=17,p=16$" SALT "$" HASH,
	"$scrypt$ln=9223372036854775808,r=1,p=1$" SALT "$" HASH,
	"$scrypt$ln=16,r=8,p=17$" SALT "$" HASH,
	"$argon2id$v=19$m=4194304,t=1,p=1$" SALT "$" HASH,
	"$argon2id$v=19$m=65536,t=100,p=1$" SALT "$" HASH,
	"$argon2id$v=19$m=65536,t=16,p=1$" SALT "$" HASH,
	"$argon2id$v=19$m=8,t=1,p=2$" SALT "$" HASH,
	"$argon2id$v=16$m=19456,t=2,p=1$" SALT "$" HASH,
	"$argon2id$m=19456,t=2,p=1$" SALT "$" HASH,
	"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbA$" HASH,
	/* base64 */
	"$scrypt$ln=4,r=1,p=1$" SALT "==$" HASH,
	"$scrypt$ln=4,r=1,p=1$" SALT "$" HASH "=",
	"$scrypt$ln=4,r=1,p=1$c2Fs dA$" HASH,
	"$scrypt$ln=4,r=1,p=1$c2FsdHN$" HASH,
	"$scrypt$ln=4,r=1,p=1$c2Fsd$" HASH,
	"$scrypt$ln=4,r=1,p=1$" SALT "$",
	"$scrypt$ln=4,r=1,p=1$" SALT "$MDAw",
	"$scrypt$ln=4,r=1,p=1$" SALT "$" HASH "\n",
	"$scrypt$ln=4,r=1,p=1$" SALT "$" HASH "$",
	"$scrypt$ln=4,r=1,p=1$-_-_$" HASH,
	"$scrypt$ln=4,r=1,p=1$" HASH HASH HASH "AA$" HASH,
};

static void stored_texts(void)
{
	bool right = true, rehash = true;

	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
		int64_t start = clock_us();
		enum err e =
		    passwd_verify(&cx, STR("password"), str_of(malformed[i]), &right, &rehash);
		ok(e == ERR_INTERNAL && !right && !rehash &&
			strstr(cx.why.log, "not a PHC string") && strchr(cx.why.log, '$') == NULL &&
			clock_us() - start < 50000,
		    "refused and not logged: %s", malformed[i]);
	}
	ok(passwd_verify(&cx, STR("password"), STR("$scrypt$ln=4,r=1,p=1$" SALT "$" HASH), &right,
	       &rehash) == OK &&
		!right,
	    "the text from which the rows were made is valid");
}

static void there_and_back(void)
{
	struct str one, two;
	bool right, rehash;
	size_t bad = 0;

	ok(passwd_hash(&cx, STR("correct horse"), &one) == OK &&
		passwd_hash(&cx, STR("correct horse"), &two) == OK && !str_eq(one, two),
	    "salted: %.*s", (int)one.n, one.s);
	ok(str_starts(one, "$argon2id$v=19$m=19456,t=2,p=1$"),
	    "a new hash is Argon2id with the current parameters");
	ok(passwd_verify(&cx, STR("correct horse"), one, &right, &rehash) == OK && right && !rehash,
	    "the right password");
	ok(passwd_verify(&cx, STR("correct hors"), one, &right, &rehash) == OK && !right && !rehash,
	    "a shorter password is wrong");
	ok(passwd_verify(&cx, STR(""), one, &right, &rehash) == OK && !right,
	    "an empty password is wrong");
	ok(passwd_hash(&cx, STR("nul\0byte"), &two) == OK &&
		passwd_verify(&cx, STR("nul\0bite"), two, &right, &rehash) == OK && !right,
	    "every byte counts");
	/* The last base64 digit holds 4 bits, so every truncation loses bits of the hash. */
	for (size_t n = 1; n < one.n; n += n < 50 ? 1 : 7)
		bad += passwd_verify(&cx, STR("correct horse"), (struct str){ one.s, n }, &right,
			   &rehash) != OK ||
		    !right;
	ok(bad > 50, "no password is right for %zu truncations of the stored text", bad);
}

static long read_minor_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_minflt;
}

/* The 19 MiB that hashing needs are mapped only once. */
static void kept_memory(void)
{
#ifdef HAVE_LIBARGON2
	struct str phc;
	long before = read_minor_faults();

	for (int i = 0; i < 4; i++)
		ok(passwd_hash(&cx, STR("correct horse"), &phc) == OK, "hashed");
	long faults = read_minor_faults() - before;
	ok(faults < 4 * 500, "%ld page faults in four hashes", faults);
#else
	ok(true, "OpenSSL allocates by itself # SKIP no libargon2");
#endif
}

/* CPU time of the process: a busy machine does not change it much. */
static int64_t read_cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* An unknown actor must take as long as a known one. */
static void nobody(void)
{
	struct str phc;
	bool right = true, rehash = true;
	int64_t with = INT64_MAX, without = INT64_MAX;

	ok(passwd_hash(&cx, STR("correct horse"), &phc) == OK, "hashed");
	for (int i = 0; i < 5; i++) {
		int64_t start = read_cpu_us();
		(void)!passwd_verify(&cx, STR("wrong horse"), phc, &right, &rehash);
		int64_t between = read_cpu_us();
		ok(passwd_verify(
		       &cx, STR("wrong horse"), (struct str){ NULL, 0 }, &right, &rehash) == OK &&
			!right && !rehash,
		    "no password is right for an unknown actor");
		int64_t end = read_cpu_us();
		with = between - start < with ? between - start : with;
		without = end - between < without ? end - between : without;
	}
	ok(without > with / 2 && without < with * 2,
	    "%lld us for a known actor, %lld us for an unknown one", (long long)with,
	    (long long)without);
}

static void note_priority(void *arg)
{
	*(int *)arg = getpriority(PRIO_PROCESS, 0);
}

static void priority(void)
{
	int was = getpriority(PRIO_PROCESS, 0), there = -1;

	low_priority_run(note_priority, &there);
	ok(there == (was < 10 ? 10 : was), "a hash is computed with priority %d", there);
	ok(getpriority(PRIO_PROCESS, 0) == was, "and afterwards we have ours: %d", was);
}

/* Must run before the first thread is made, because its stack is kept for the next one.
 * AddressSanitizer does not work with the limit: only a build without it makes this test. */
static void without_threads(void)
{
#ifndef __SANITIZE_ADDRESS__
	const struct rlimit none = { 0, 0 };
	int was = getpriority(PRIO_PROCESS, 0), there = -1, status = 1;

	if (fork() == 0) {
		setrlimit(RLIMIT_AS, &none);
		low_priority_run(note_priority, &there);
		_exit(there == was ? 0 : 1);
	}
	wait(&status);
	ok(status == 0, "where no thread can be started, a hash is computed with our priority");
#endif
}

int main(void)
{
	without_threads();
	cx.mem = arena_new(16 << 20);
	known_answers();
	stored_texts();
	there_and_back();
	kept_memory();
	nobody();
	priority();
	arena_free(cx.mem);
	return done();
}
