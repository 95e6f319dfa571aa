#include "net/net_handle.h"
#include "net/net_policy.h"

static struct curl_slist *read_routes(const struct conf *c)
{
	struct arena *mem = arena_new(1 << 20);
	struct curl_slist *list = NULL;
	struct str all = str_of(c->federation_resolve), one;

	while (str_next_word(&all, &one)) {
		const char *route = net_policy_read_route(mem, one);
		struct curl_slist *more = route ? curl_slist_append(list, route) : NULL;
		list = more ? more : list;
	}
	arena_free(mem);
	return list;
}

bool net_handle_init(struct net_handle *h, const struct conf *c)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	*h = (struct net_handle){ .easy = curl_easy_init() };
	if (h->easy == NULL) {
		curl_global_cleanup();
		return false;
	}
	h->routes = c->federation_private_networks ? read_routes(c) : NULL;
	return true;
}

void net_handle_free(struct net_handle *h)
{
	curl_easy_cleanup(h->easy);
	curl_slist_free_all(h->routes);
	curl_global_cleanup();
}
