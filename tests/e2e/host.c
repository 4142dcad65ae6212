#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/identity.h"

#include "harness.h"
#include "host.h"

void
host_load(struct host *h)
{
	const char *build = getenv("LK_BUILD");
	char path[4096];
	void *so;

	snprintf(path, sizeof(path), "%s/libliangka.so.1",
	    build != NULL ? build : "build");
	if (access(path, R_OK) != 0)
		cr_skip_test("skipped: no %s", path);
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	cr_assert_not_null(so, "%s", dlerror());
#define X(name)								\
	h->name = (__typeof__(&name))dlsym(so, #name);			\
	cr_assert_not_null(h->name, "no " #name " in %s", path);
	HOST_CALLS(X)
#undef X
}

void
host_request(struct lk_request *r, unsigned person, int product,
    const char *txn)
{

	memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	r->id_type = LK_ID_RESIDENT;
	r->product = product;
	r->held_here = -1;
	snprintf(r->id_no, sizeof(r->id_no), "330102%08u%03u",
	    19500101 + person % 40 * 10000 + person / 40 % 12 * 100 +
	    person / 480 % 28, person / 13440 % 999);
	r->id_no[17] = identity_check_digit(r->id_no);
	snprintf(r->txn_id, sizeof(r->txn_id), "%s", txn);
	snprintf(r->branch, sizeof(r->branch), "001");
	snprintf(r->teller, sizeof(r->teller), "t%u", person % 50);
}
