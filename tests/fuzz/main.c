/* Runs a fuzz target on files or standard input: for compilers without libFuzzer, and to reproduce
 * a finding. */
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int replay(FILE *f, const char *name)
{
	static uint8_t text[1 << 20];

	if (f == NULL) {
		perror(name);
		return 1;
	}
	size_t n = fread(text, 1, sizeof text, f);
	LLVMFuzzerTestOneInput(text, n);
	printf("%s: %zu octets\n", name, n);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = argc < 2 ? replay(stdin, "standard input") : 0;

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		bad |= replay(f, argv[i]);
		if (f)
			fclose(f);
	}
	return bad;
}
