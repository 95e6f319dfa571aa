#include "base/address.h"
#include <arpa/inet.h>
#include <stdio.h>

bool address_read(struct str s, struct address *a)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char z[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof z)
		return false;
	memcpy(z, s.s, s.n);
	z[s.n] = '\0';
	memcpy(a->b, mapped, sizeof mapped);
	a->v4 = inet_pton(AF_INET, z, a->b + 12) == 1;
	if (a->v4)
		return true;
	if (inet_pton(AF_INET6, z, a->b) != 1)
		return false;
	a->v4 = memcmp(a->b, mapped, sizeof mapped) == 0;
	return true;
}

/* The network consists of the addresses whose first *bits bits, of 128, are the same as in *a. */
static bool read_network(struct str word, struct address *a, int *bits)
{
	struct str address, length;
	bool cut = str_cut(word, '/', &address, &length);
	int64_t n = 0;

	if (!address_read(address, a) || (cut && !str_i64(length, &n)))
		return false;
	int most = a->v4 && memchr(address.s, ':', address.n) == NULL ? 32 : 128;
	if (n > most)
		return false;
	*bits = cut ? 128 - most + (int)n : 128;
	return true;
}

bool address_bits_equal(const uint8_t *a, const uint8_t *b, int bits)
{
	int whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, (size_t)whole) == 0 &&
	    (rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

bool address_listed(const char *list, struct str text)
{
	struct str rest = str_of(list), word;
	struct address a, net;
	bool good = address_read(text, &a);
	int bits;

	while (str_next_word(&rest, &word)) {
		if (text.n && str_eq(word, text))
			return true;
		if (good && read_network(word, &net, &bits) && address_bits_equal(a.b, net.b, bits))
			return true;
	}
	return false;
}

bool address_list_ok(const char *list, char *why, size_t size)
{
	struct str rest = str_of(list), word;
	struct address net;
	int bits;

	while (str_next_word(&rest, &word)) {
		if (read_network(word, &net, &bits))
			continue;
		snprintf(why, size,
		    "%.*s is not an address or network; write it as 192.0.2.7, 192.0.2.0/24 "
		    "or 2001:db8::/32",
		    (int)word.n, word.s);
		return false;
	}
	return true;
}

bool address_valid(struct str text)
{
	struct address a;

	return address_read(text, &a);
}

static struct str strip_quotes(struct str s)
{
	return s.n > 1 && s.s[0] == '"' && s.s[s.n - 1] == '"' ? (struct str){ s.s + 1, s.n - 2 }
							       : s;
}

static bool is_node_port(struct str s)
{
	int64_t n;

	return str_i64(s, &n) && n >= 0 && n <= 65535;
}

bool address_of_node(struct str node, struct str *out)
{
	struct str host, rest, port;

	node = strip_quotes(str_trim(node));
	*out = node;
	if (address_valid(node))
		return true;
	if (node.n && node.s[0] == '[') {
		if (!str_cut(str_from(node, 1), ']', &host, &rest))
			return false;
		port = rest.n && rest.s[0] == ':' ? str_from(rest, 1) : STR("0");
		*out = host;
		return (rest.n == 0 || rest.s[0] == ':') && is_node_port(port) &&
		    address_valid(host);
	}
	return str_cut(node, ':', out, &port) && is_node_port(port) && address_valid(*out);
}

const char *address_short(struct str text, char out[ADDRESS_TEXT])
{
	char z[INET6_ADDRSTRLEN] = "";
	struct address a;

	if (!address_read(text, &a)) {
		snprintf(out, ADDRESS_TEXT, "%.*s",
		    text.n < ADDRESS_TEXT ? (int)text.n : ADDRESS_TEXT - 1, text.n ? text.s : "");
		return out;
	}
	memset(a.b + (a.v4 ? 15 : 6), 0, a.v4 ? 1 : 10);
	inet_ntop(a.v4 ? AF_INET : AF_INET6, a.v4 ? a.b + 12 : a.b, z, sizeof z);
	snprintf(out, ADDRESS_TEXT, "%s", z);
	return out;
}
